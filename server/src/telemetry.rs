//! The log: one JSON object a line, so that nothing a user writes can forge a line.

use tracing_subscriber::EnvFilter;

/// Starts logging to stderr.
///
/// # Errors
/// The filter cannot be read, or logging was started before.
pub fn start(filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))
}
