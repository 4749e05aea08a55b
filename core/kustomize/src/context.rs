//! What all steps of a build share: its options, the way to where it is, and what went wrong so far.

use weir_files::{Diagnostic, Frame, Place};
use weir_yaml::Text;

use crate::Options;
use crate::fault::Fault;
use crate::history::{self, Cause};
use crate::loader::Loader;
use crate::open_api::Known;
use crate::origin::{Origin, Way};
use crate::resource::Res;
use crate::source::{Source, Step};

/// A running build.
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options,
    pub(crate) problems: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
    /// How the build came to the kustomization that it is at, the outermost first.
    pub(crate) trail: Vec<Frame>,
    /// Whether origins are wanted.
    pub(crate) tracks_origins: bool,
    /// That of the kustomization or of the nearest one above that has one: charts are rendered for it.
    pub(crate) namespace: Text,
    /// The schemas that patches merge by.
    pub(crate) known: Known,
}

/// The kustomization that is being carried out.
pub(crate) struct Here<'a> {
    pub(crate) loader: &'a Loader,
    pub(crate) source: &'a Source,
}

impl Context<'_> {
    /// Notes a problem and goes on.
    pub(crate) fn report(&mut self, mut problem: Diagnostic) {
        problem.trace.extend(self.trail.iter().rev().cloned());
        self.problems.push(problem);
    }

    /// Notes a problem of a field.
    pub(crate) fn report_at(&mut self, here: &Here<'_>, at: &[Step], fault: impl Into<Fault>) {
        let fault = fault.into();
        self.report(fault.problem().at(here.source.place(at)));
    }

    /// Notes problems in something that a field names.
    pub(crate) fn report_all_through(
        &mut self,
        here: &Here<'_>,
        at: &[Step],
        what: &str,
        problems: Vec<Diagnostic>,
    ) {
        let place = here.source.place(at);
        for problem in problems {
            self.report(problem.at(place.clone()).through(what, place.clone()));
        }
    }

    /// Notes in all objects what a step made of them, if that is to be explained.
    pub(crate) fn record(
        &self,
        list: &mut [Res],
        transformer: &str,
        (here, at): (&Here<'_>, &[Step]),
        written: Option<&Place>,
    ) {
        if self.options.explain {
            history::record(list, &Cause::new(transformer, here.source, at), written);
        }
    }

    /// The origin of a generator or transformer that is a field here.
    pub(crate) fn builtin(&self, here: &Here<'_>, kind: &str, dir: &Way) -> Option<Origin> {
        self.tracks_origins.then(|| dir.append(here.source.file.name()).builtin(kind))
    }
}
