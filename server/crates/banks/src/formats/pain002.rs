//! The bank's report about a batch of credit transfers (付款状态报告), pain.002 in any of its
//! versions: a state for each payment it lists, for each group, or for the whole batch.
//!
//! Counts per state (NbOfTxsPerSts) must agree with the payments listed. Nothing in it is final: a
//! payment reported as settled can still come back in a statement.

use super::camt::Reader;
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::instruction::{PaymentStatus, ReportedGroup, ReportedPayment, StatusReport};
use domain::money::Money;
use std::collections::BTreeSet;
use std::io::Read;

/// The format.
pub(super) struct Pain002;

impl Format for Pain002 {
    fn name(&self) -> &'static str {
        "pain002"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        xml::is_message(sample, "pain.002.", "CstmrPmtStsRpt")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        self.read(&mut file.bytes.as_slice())
    }

    fn flowing(&self, input: &mut dyn Read) -> Option<Result<Document, Problem>> {
        Some(self.read(input))
    }
}

impl Pain002 {
    fn read(&self, input: &mut dyn Read) -> Result<Document, Problem> {
        let tree = xml::read(input, &mut |_| false)?;
        let root = tree.root();
        let message = root
            .find(&["CstmrPmtStsRpt"])
            .filter(|_| root.name() == "Document")
            .ok_or_else(|| Problem::of_file("there is no Document/CstmrPmtStsRpt"))?;
        let original = message
            .find(&["OrgnlGrpInfAndSts"])
            .ok_or_else(|| Problem::of_file("there is no OrgnlGrpInfAndSts"))?;
        let mut reader = Reader::default();
        let mut groups = Vec::new();
        let mut payments = Vec::new();
        for group in message.all("OrgnlPmtInfAndSts") {
            let name = group.text_at(&["OrgnlPmtInfId"]).unwrap_or_default();
            groups.push(ReportedGroup {
                group: name.to_owned(),
                status: status(&mut reader, group, "PmtInfSts"),
                reason: reason(group),
            });
            let first = payments.len();
            for transfer in group.all("TxInfAndSts") {
                payments.extend(payment(&mut reader, transfer, name));
            }
            check_counts(&mut reader, group, &format!("OrgnlPmtInf {name}"), &payments[first..]);
        }
        check_counts(&mut reader, original, "OrgnlGrpInf", &payments);
        let text = |path: &[&str]| message.text_at(path).unwrap_or_default().to_owned();
        let report = StatusReport {
            format: self.name().to_owned(),
            encoding: tree.encoding().to_owned(),
            message_id: text(&["GrpHdr", "MsgId"]),
            original_message_id: text(&["OrgnlGrpInfAndSts", "OrgnlMsgId"]),
            status: status(&mut reader, original, "GrpSts"),
            reason: reason(original),
            groups,
            payments,
            checks: reader.checks,
            problems: reader.problems.finish(),
        };
        Ok(Document::StatusReport(with_substance(report)))
    }
}

/// A report must be about a batch of ours and say something about it.
fn with_substance(mut report: StatusReport) -> StatusReport {
    if report.original_message_id.is_empty() {
        report.problems.push(Problem::of_file("the report names no batch (OrgnlMsgId)"));
    }
    let silent = report.status.is_none()
        && report.payments.is_empty()
        && report.groups.iter().all(|group| group.status.is_none());
    if silent && report.problems.is_empty() {
        report.problems.push(Problem::of_file("the report states nothing about any payment"));
    }
    report
}

fn payment(reader: &mut Reader, element: Element<'_>, group: &str) -> Option<ReportedPayment> {
    let Some(end_to_end_id) = element.text_at(&["OrgnlEndToEndId"]) else {
        return reader.refuse(element, "OrgnlEndToEndId", "the payment reported on has no number");
    };
    let Some(code) = element.text_at(&["TxSts"]) else {
        return reader.refuse(element, "TxSts", "the payment reported on has no state");
    };
    let status = status(reader, element, "TxSts")?;
    let amount = match element.find(&["OrgnlTxRef", "Amt", "InstdAmt"]) {
        Some(amount) => Some(reader.amount(amount)?),
        None => None,
    };
    Some(ReportedPayment {
        line: element.line(),
        group: group.to_owned(),
        end_to_end_id: end_to_end_id.to_owned(),
        status,
        code: code.to_owned(),
        reason: reason(element),
        amount,
    })
}

/// The state an element states; an unknown one is a problem.
fn status(reader: &mut Reader, element: Element<'_>, name: &str) -> Option<PaymentStatus> {
    let code = element.text_at(&[name])?;
    let status = meaning(code);
    if status.is_none() {
        let reason = format!("the state \"{}\" is not known", super::problems::quote(code));
        reader.refuse::<()>(element, name, &reason);
    }
    status
}

fn meaning(code: &str) -> Option<PaymentStatus> {
    match code {
        "RCVD" | "PDNG" | "ACTC" | "PATC" => Some(PaymentStatus::Pending),
        "ACCP" | "ACSP" | "ACWC" | "ACWP" => Some(PaymentStatus::Accepted),
        "ACSC" | "ACCC" => Some(PaymentStatus::Settled),
        "RJCT" | "CANC" => Some(PaymentStatus::Rejected),
        "PART" => Some(PaymentStatus::Partly),
        _ => None,
    }
}

/// Reason codes and texts of an element, in the file's order.
fn reason(element: Element<'_>) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for information in element.all("StsRsnInf") {
        let code = information.text_at(&["Rsn", "Cd"]);
        words.extend(code.or_else(|| information.text_at(&["Rsn", "Prtry"])));
        let more = information.all("AddtlInf").map(Element::text);
        words.extend(more.filter(|text| !text.is_empty()));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// Counts per state, and their sums where every payment repeats its amount. With a state of a
/// group, a report may leave out payments of other states; those it lists it must count.
fn check_counts(reader: &mut Reader, stating: Element<'_>, what: &str, all: &[ReportedPayment]) {
    let mut counted_once = BTreeSet::new();
    for counted in stating.all("NbOfTxsPerSts") {
        let code = counted.text_at(&["DtldSts"]).unwrap_or_default();
        if meaning(code).is_none() || !counted_once.insert(code) {
            reader.refuse::<()>(counted, "DtldSts", "a known state must be counted once");
            continue;
        }
        let rows: Vec<&ReportedPayment> = all.iter().filter(|row| row.code == code).collect();
        let Some(stated) = counted.text_at(&["DtldNbOfTxs"]) else {
            reader.refuse::<()>(counted, "DtldNbOfTxs", "the count is missing");
            continue;
        };
        if rows.is_empty() && meaning(code) != Some(PaymentStatus::Rejected) {
            continue;
        }
        let what = format!("{what} {code}");
        let (named, stated) = (format!("{what} DtldNbOfTxs"), stated.to_owned());
        reader.checks.push(Check { what: named, stated, computed: rows.len().to_string() });
        let Some(text) = counted.text_at(&["DtldCtrlSum"]) else { continue };
        let amounts: Vec<Money> = rows.iter().filter_map(|row| row.amount).collect();
        let Some(first) = amounts.first().filter(|_| amounts.len() == rows.len()) else { continue };
        let currency = first.currency();
        let sum = Money::sum(amounts.iter().copied(), currency);
        let stated = Money::parse(text, currency);
        let Some(sum) = reader.problems.keep(sum, counted.line(), "DtldCtrlSum", text) else {
            continue;
        };
        if let Some(stated) = reader.problems.keep(stated, counted.line(), "DtldCtrlSum", text) {
            let (what, stated) = (format!("{what} DtldCtrlSum"), stated.plain());
            reader.checks.push(Check { what, stated, computed: sum.plain() });
        }
    }
}
