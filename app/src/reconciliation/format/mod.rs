pub mod api;

use super::api::{Parties, find_parties};
use super::start::codes;
use crate::components::{
    Badge, Choice, Column, CommandForm, Loaded, Moment, PageHead, Panel, SelectField, Submit,
    Table, TextField, Tone, load,
};
use crate::i18n::{Text, t};
use crate::{session, text};
use api::ProposeFormat;
use domain::access::Permission;
use domain::file_format::{AmountUnit, DaySource, FeeSign, FormatVersion, Layout, TextEncoding};
use domain::money::Currency;
use leptos::prelude::*;

/// The formats set up by staff, and the form to set up a version of one.
#[component]
pub fn FormatPage() -> impl IntoView {
    let formats = load(|| (), |()| api::list_formats());
    let parties = load(|| (), |()| find_parties());
    let form = session::may(Permission::MakeRoutingChange).then(|| {
        view! { <Loaded from=parties show=|parties: Parties| view! { <NewVersion parties /> } /> }
    });
    view! {
        <PageHead title=t(text::RECONCILIATION_FORMATS) lead=t(text::RECONCILIATION_FORMATS_LEAD) />
        <Loaded from=formats show=show />
        {form}
    }
}

fn show(formats: Vec<FormatVersion>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RECONCILIATION_FORMAT_CODE)),
        Column::number(t(text::RECONCILIATION_VERSION)),
        Column::text(t(text::RECONCILIATION_NAME)),
        Column::text(t(text::RECONCILIATION_CHANNEL)),
        Column::text(t(text::RECONCILIATION_LAYOUT)),
        Column::text(t(text::RECONCILIATION_FORMAT_STATE)),
    ];
    let empty = formats.is_empty();
    let rows = formats.into_iter().map(|format| {
        let state = match format.effective_at {
            Some(at) => view! { <Moment at /> }.into_any(),
            None => view! {
                <Badge tone=Tone::Warn>{t(text::RECONCILIATION_FORMAT_WAITING)}</Badge>
            }
            .into_any(),
        };
        view! {
            <tr>
                <th scope="row"><code>{format.code}</code></th>
                <td class="number">{format.version}</td>
                <td>{format.name}</td>
                <td>{format.channel}</td>
                <td>{layout_name(format.spec.layout)}</td>
                <td>{state}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Table
            caption=t(text::RECONCILIATION_FORMATS)
            columns
            empty
            nothing=t(text::RECONCILIATION_NO_FORMATS)
        >
            {rows}
        </Table>
    }
}

fn layout_name(layout: Layout) -> &'static str {
    t(match layout {
        Layout::Csv => text::RECONCILIATION_LAYOUT_CSV,
        Layout::Tsv => text::RECONCILIATION_LAYOUT_TSV,
        Layout::FixedWidth => text::RECONCILIATION_LAYOUT_FIXED_WIDTH,
        Layout::Xlsx => text::RECONCILIATION_LAYOUT_XLSX,
    })
}

fn choice(value: &'static str, word: Text) -> Choice {
    Choice::new(value, t(word))
}

#[component]
fn NewVersion(parties: Parties) -> impl IntoView {
    let action = ServerAction::<ProposeFormat>::new();
    let layouts = Layout::ALL.iter().map(|one| Choice::new(one.name(), layout_name(*one)));
    view! {
        <Panel title=t(text::RECONCILIATION_FORMAT_NEW)>
            <CommandForm action>
                <TextField name="request[code]" label=t(text::RECONCILIATION_FORMAT_CODE) />
                <TextField name="request[name]" label=t(text::RECONCILIATION_NAME) />
                <SelectField name="request[channel]" label=t(text::RECONCILIATION_CHANNEL)
                    choices=codes(&parties.channels) />
                <SelectField name="request[layout]" label=t(text::RECONCILIATION_LAYOUT)
                    choices=layouts.collect() />
                {reading()}
                {places()}
                {words()}
                {totals()}
                <Submit>{t(text::RECONCILIATION_PROPOSE)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// How text, amounts and dates are read.
fn reading() -> impl IntoView {
    let encodings = vec![
        choice(TextEncoding::Detect.name(), text::RECONCILIATION_ENCODING_DETECT),
        choice(TextEncoding::Utf8.name(), text::RECONCILIATION_ENCODING_UTF8),
        choice(TextEncoding::Gbk.name(), text::RECONCILIATION_ENCODING_GBK),
    ];
    let yes_no =
        vec![choice("yes", text::RECONCILIATION_YES), choice("no", text::RECONCILIATION_NO)];
    let units = vec![
        choice(AmountUnit::Major.name(), text::RECONCILIATION_UNIT_MAJOR),
        choice(AmountUnit::Minor.name(), text::RECONCILIATION_UNIT_MINOR),
    ];
    let signs = vec![
        choice(FeeSign::PositiveCharged.name(), text::RECONCILIATION_FEE_POSITIVE),
        choice(FeeSign::NegativeCharged.name(), text::RECONCILIATION_FEE_NEGATIVE),
    ];
    let sources = vec![
        choice(DaySource::Column.name(), text::RECONCILIATION_DAY_COLUMN),
        choice(DaySource::Name.name(), text::RECONCILIATION_DAY_NAME),
        choice(DaySource::Given.name(), text::RECONCILIATION_DAY_GIVEN),
    ];
    view! {
        <SelectField name="request[encoding]" label=t(text::RECONCILIATION_ENCODING)
            choices=encodings />
        <TextField name="request[skip]" label=t(text::RECONCILIATION_SKIP) value="0" />
        <SelectField name="request[header]" label=t(text::RECONCILIATION_HEADER) choices=yes_no />
        <SelectField name="request[unit]" label=t(text::RECONCILIATION_UNIT) choices=units />
        <SelectField name="request[fee_sign]" label=t(text::RECONCILIATION_FEE_SIGN)
            choices=signs />
        <TextField name="request[currency]" label=t(text::RECONCILIATION_CURRENCY)
            value=Currency::Cny.code() />
        <TextField name="request[time_pattern]" label=t(text::RECONCILIATION_TIME_PATTERN)
            value="YYYY-MM-DD hh:mm:ss" optional=true />
        <TextField name="request[day_pattern]" label=t(text::RECONCILIATION_DAY_PATTERN)
            value="YYYYMMDD" optional=true />
        <SelectField name="request[day_source]" label=t(text::RECONCILIATION_DAY_SOURCE)
            choices=sources />
    }
}

/// A field's name in the form, and its label.
type Named = (&'static str, Text);

fn fields(named: &[Named], hint: Text) -> impl IntoView + use<> {
    let hint = t(hint);
    let field = |(name, label): &Named| {
        let (name, label) = (*name, t(*label));
        view! { <TextField name label optional=true hint /> }
    };
    named.iter().map(field).collect_view()
}

/// Where each value stands.
fn places() -> impl IntoView {
    let named = [
        ("request[places][channel_no]", text::RECONCILIATION_PLACE_CHANNEL_NO),
        ("request[places][order_no]", text::RECONCILIATION_PLACE_ORDER_NO),
        ("request[places][refund_no]", text::RECONCILIATION_PLACE_REFUND_NO),
        ("request[places][merchant_no]", text::RECONCILIATION_PLACE_MERCHANT_NO),
        ("request[places][event_time]", text::RECONCILIATION_PLACE_EVENT_TIME),
        ("request[places][gross]", text::RECONCILIATION_PLACE_GROSS),
        ("request[places][fee]", text::RECONCILIATION_PLACE_FEE),
        ("request[places][kind]", text::RECONCILIATION_PLACE_KIND),
        ("request[places][status]", text::RECONCILIATION_PLACE_STATUS),
        ("request[places][currency]", text::RECONCILIATION_PLACE_CURRENCY),
        ("request[places][clearing_date]", text::RECONCILIATION_PLACE_CLEARING_DATE),
    ];
    fields(&named, text::RECONCILIATION_PLACE_HINT)
}

fn words() -> impl IntoView {
    let named = [
        ("request[words][payment]", text::RECONCILIATION_PAYMENT_WORDS),
        ("request[words][refund]", text::RECONCILIATION_REFUND_WORDS),
        ("request[words][success]", text::RECONCILIATION_SUCCESS_WORDS),
        ("request[words][processing]", text::RECONCILIATION_PROCESSING_WORDS),
        ("request[words][failure]", text::RECONCILIATION_FAILURE_WORDS),
    ];
    fields(&named, text::RECONCILIATION_WORDS_HINT)
}

fn totals() -> impl IntoView {
    let named = [
        ("request[totals_begins]", text::RECONCILIATION_TOTALS_BEGINS),
        ("request[totals_count]", text::RECONCILIATION_TOTALS_COUNT),
        ("request[totals_gross]", text::RECONCILIATION_TOTALS_GROSS),
        ("request[totals_fee]", text::RECONCILIATION_TOTALS_FEE),
    ];
    fields(&named, text::RECONCILIATION_PLACE_HINT)
}
