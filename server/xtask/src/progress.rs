//! What the tool says while it works: numbered steps with the time each one took.

use std::fmt::Display;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// Writes one line to the terminal. A closed terminal is no reason to fail.
pub fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// A row of steps whose number is known beforehand.
pub struct Steps {
    total: u32,
    current: u32,
    began: Instant,
    step_began: Instant,
    open: bool,
}

impl Steps {
    pub fn new(total: u32) -> Self {
        let now = Instant::now();
        Self { total, current: 0, began: now, step_began: now, open: false }
    }

    /// Closes the step before and announces the next one.
    pub fn next(&mut self, what: impl Display) {
        self.close();
        self.current += 1;
        self.step_began = Instant::now();
        self.open = true;
        say(format!("\n[{}/{}] {what}", self.current, self.total));
    }

    /// Closes the last step and says how long everything took.
    pub fn finish(mut self) {
        self.close();
        say(format!("\nAll steps took {}.", seconds(self.began.elapsed())));
    }

    fn close(&mut self) {
        if self.open {
            say(format!("      done in {}", seconds(self.step_began.elapsed())));
        }
        self.open = false;
    }
}

fn seconds(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    if tenths < 600 {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    format!("{} min {} s", tenths / 600, tenths % 600 / 10)
}
