//! A progress bar on the error output; silent where nobody looks.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rate_core::error::Lang;

use crate::run::Stage;

/// One bar that changes its name from stage to stage.
pub(super) struct Progress {
    bar: ProgressBar,
    stage: Option<Stage>,
    lang: Lang,
}

impl Progress {
    pub(super) fn new(lang: Lang) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg:>10} [{bar:40}] {percent:>3}%") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, stage: None, lang }
    }

    pub(super) fn at(&mut self, stage: Stage, done: u64, all: u64) {
        if self.stage != Some(stage) {
            self.stage = Some(stage);
            self.bar.set_message(stage.text(self.lang));
        }
        self.bar.set_length(all);
        self.bar.set_position(done);
    }

    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}
