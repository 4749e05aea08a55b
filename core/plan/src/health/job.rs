//! Jobs as the Flux controllers wait for them.

use weir_yaml::Value;

use super::accessor::{integer_or, text_or};
use super::conditions::conditions_of;
use super::{Health, HealthError};

/// A job is well when it is complete or suspended, not when it has started. Deletion and generation are not looked at,
/// as in the reader of the Flux controllers.
pub fn finished_job(job: &Value) -> Result<Health, HealthError> {
    if job.at(&["spec", "suspend"]).and_then(Value::as_bool) == Some(true) {
        return Ok(Health::current("Job is suspended"));
    }
    let parallelism = integer_or(job, &["spec", "parallelism"], 1);
    let active = integer_or(job, &["status", "active"], 0);
    let succeeded = integer_or(job, &["status", "succeeded"], 0);
    let failed = integer_or(job, &["status", "failed"], 0);
    if let Some(ended) = ended(job)? {
        return Ok(ended);
    }
    Ok(if text_or(job, &["status", "startTime"], "").is_empty() {
        Health::in_progress("JobNotStarted", format!("Job not started. active: 0/{parallelism}"))
    } else {
        let message = format!("Job in progress. success:{succeeded}, active: {active}, failed: {failed}");
        Health::in_progress("JobInProgress", message)
    })
}

/// The health of a job that has ended; none of one that has not. Of two conditions the first decides.
pub(super) fn ended(job: &Value) -> Result<Option<Health>, HealthError> {
    let completions = integer_or(job, &["spec", "completions"], integer_or(job, &["spec", "parallelism"], 1));
    let succeeded = integer_or(job, &["status", "succeeded"], 0);
    let failed = integer_or(job, &["status", "failed"], 0);
    let conditions = conditions_of(job)?;
    Ok(conditions.iter().find_map(|condition| {
        let holds = condition.status == "True";
        match condition.kind {
            "Complete" if holds => {
                Some(Health::current(format!("Job Completed. succeeded: {succeeded}/{completions}")))
            }
            "Failed" if holds => {
                Some(Health::failed("JobFailed", format!("Job Failed. failed: {failed}/{completions}")))
            }
            _ => None,
        }
    }))
}
