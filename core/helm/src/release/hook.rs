//! Hooks: objects that are applied around a release, not with it.

/// What a hook waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookEvent {
    /// Before an installation.
    PreInstall,
    /// After an installation.
    PostInstall,
    /// Before all is deleted.
    PreDelete,
    /// After all is deleted.
    PostDelete,
    /// Before an upgrade.
    PreUpgrade,
    /// After an upgrade.
    PostUpgrade,
    /// Before a rollback.
    PreRollback,
    /// After a rollback.
    PostRollback,
    /// When tests are asked for.
    Test,
}

impl HookEvent {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::PreInstall,
        Self::PostInstall,
        Self::PreDelete,
        Self::PostDelete,
        Self::PreUpgrade,
        Self::PostUpgrade,
        Self::PreRollback,
        Self::PostRollback,
        Self::Test,
    ];

    /// As annotations and records say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }

    /// The event of this name, or of the name it had in Helm 2.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "test-success" => Some(Self::Test),
            name => Self::ALL.into_iter().find(|event| event.as_str() == name),
        }
    }
}

/// An object that is applied at certain events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hook {
    /// The name of the object.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The template it comes from.
    pub path: String,
    /// The object as it was rendered.
    pub manifest: String,
    /// When it is applied.
    pub events: Vec<HookEvent>,
    /// Lower ones come first.
    pub weight: i64,
    /// When it is deleted, in the words of the annotation.
    pub delete_policies: Vec<String>,
    /// When its log is shown, in the words of the annotation.
    pub output_log_policies: Vec<String>,
    /// How it went the last time.
    pub last_run: HookRun,
}

/// How a hook went.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HookRun {
    /// When it began, in RFC 3339.
    pub started_at: Option<String>,
    /// When it was over.
    pub completed_at: Option<String>,
    /// `Running`, `Succeeded`, `Failed`, `Unknown`, or nothing.
    pub phase: String,
}

impl Hook {
    /// True for tests.
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}
