use super::api::{self, HealthRequest};
use crate::components::{CommandForm, Panel, Submit, TextField};
use crate::failure::Failure;
use crate::i18n::t;
use crate::text;
use domain::channel::{ChannelStanding, HealthPolicy};
use domain::fee::Rate;
use leptos::prelude::*;

/// The form that proposes when a channel is withdrawn and how it comes back.
#[component]
pub(super) fn ProposeHealth(standing: ChannelStanding) -> impl IntoView {
    let action = ServerAction::<api::ProposeHealth>::new();
    let policy = standing.policy;
    let line = |name: &'static str, label: &'static str, value: String| {
        view! { <TextField name=name label=label value=value /> }
    };
    let window = policy.window_seconds.to_string();
    let (answers, back) = (policy.answers_min.to_string(), policy.trial_answers.to_string());
    let pause = policy.pause_seconds.to_string();
    view! {
        <Panel title=t(text::CHANNELS_PROPOSE_HEALTH)>
            <CommandForm action>
                <p class="field-hint">{t(text::CHANNELS_HEALTH_HINT)}</p>
                <input type="hidden" name="request[code]" value=standing.summary.code />
                {line("request[faults]", t(text::CHANNELS_FAULTS), percent(policy.faults))}
                {line("request[answers_min]", t(text::CHANNELS_ANSWERS_MIN), answers)}
                {line("request[window_seconds]", t(text::CHANNELS_WINDOW_SECONDS), window)}
                {line("request[pause_seconds]", t(text::CHANNELS_PAUSE_SECONDS), pause)}
                {line("request[trial]", t(text::CHANNELS_TRIAL), percent(policy.trial))}
                {line("request[trial_answers]", t(text::CHANNELS_TRIAL_ANSWERS), back)}
                <Submit>{t(text::MERCHANTS_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

fn percent(rate: Rate) -> String {
    rate.to_string().trim_end_matches('%').to_owned()
}

/// The thresholds of the form.
pub(super) fn read(request: &HealthRequest) -> Result<HealthPolicy, Failure> {
    fn number<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, Failure>
    where
        T::Err: ToString,
    {
        text.trim().parse().map_err(|error: T::Err| Failure::invalid(field, error))
    }
    let policy = HealthPolicy {
        window_seconds: number("window_seconds", &request.window_seconds)?,
        answers_min: number("answers_min", &request.answers_min)?,
        faults: number("faults", request.faults.trim_end_matches('%'))?,
        pause_seconds: number("pause_seconds", &request.pause_seconds)?,
        trial: number("trial", request.trial.trim_end_matches('%'))?,
        trial_answers: number("trial_answers", &request.trial_answers)?,
    };
    policy.checked().map_err(|refused| Failure::invalid(refused.field(), refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_and_odd_ones_refused_by_field() {
        let good = HealthRequest {
            code: "unionpay".to_owned(),
            window_seconds: "300".to_owned(),
            answers_min: "20".to_owned(),
            faults: "50%".to_owned(),
            pause_seconds: "60".to_owned(),
            trial: "5".to_owned(),
            trial_answers: " 5 ".to_owned(),
        };
        let policy = read(&good).unwrap();
        assert_eq!((policy.faults.ppm(), policy.trial.ppm()), (500_000, 50_000));
        assert_eq!(percent(policy.faults), "50");
        for (odd, field) in [
            (HealthRequest { window_seconds: "soon".to_owned(), ..good.clone() }, "window_seconds"),
            (HealthRequest { answers_min: "0".to_owned(), ..good.clone() }, "answers_min"),
            (HealthRequest { faults: "101".to_owned(), ..good.clone() }, "faults"),
            (HealthRequest { trial: String::new(), ..good }, "trial"),
        ] {
            let Failure::Invalid { field: blamed, .. } = read(&odd).unwrap_err() else { panic!() };
            assert_eq!(blamed.as_deref(), Some(field));
        }
    }
}
