//! The batch of credit transfers of ISO 20022 (付款指令), pain.001 in any of its versions: what we
//! send. Read to see, before it goes out or when it comes back to us, that it says of itself
//! what it holds.

use super::camt::Reader;
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::instruction::{Instruction, InstructionBatch};
use domain::date::BusinessDate;
use domain::money::Money;
use std::io::Read;

/// The format.
pub(super) struct Pain001;

impl Format for Pain001 {
    fn name(&self) -> &'static str {
        "pain001"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        xml::is_message(sample, "pain.001.", "CstmrCdtTrfInitn")
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        self.read(&mut file.bytes.as_slice())
    }

    fn flowing(&self, input: &mut dyn Read) -> Option<Result<Document, Problem>> {
        Some(self.read(input))
    }
}

impl Pain001 {
    fn read(&self, input: &mut dyn Read) -> Result<Document, Problem> {
        let tree = xml::read(input, &mut |_| false)?;
        let root = tree.root();
        let message = root
            .find(&["CstmrCdtTrfInitn"])
            .filter(|_| root.name() == "Document")
            .ok_or_else(|| Problem::of_file("there is no Document/CstmrCdtTrfInitn"))?;
        let mut reader = Reader::default();
        let mut rows = Vec::new();
        let mut execution_date = None;
        for group in message.all("PmtInf") {
            let first = rows.len();
            let name = group.text_at(&["PmtInfId"]).unwrap_or_default();
            for transfer in group.all("CdtTrfTxInf") {
                rows.extend(instruction(&mut reader, transfer, name));
            }
            check(&mut reader, group, &format!("PmtInf {name}"), &rows[first..]);
            let day = execution_day(&mut reader, group);
            execution_date = [execution_date, day].into_iter().flatten().min();
        }
        match message.find(&["GrpHdr"]) {
            Some(head) if head.text_at(&["NbOfTxs"]).is_some() => {
                check(&mut reader, head, "GrpHdr", &rows);
            }
            _ => reader.problems.push(Problem::of_file("there is no GrpHdr/NbOfTxs")),
        }
        Ok(Document::Instructions(InstructionBatch {
            format: self.name().to_owned(),
            encoding: tree.encoding().to_owned(),
            message_id: message.text_at(&["GrpHdr", "MsgId"]).unwrap_or_default().to_owned(),
            execution_date,
            rows,
            checks: reader.checks,
            problems: reader.problems.finish(),
        }))
    }
}

fn execution_day(reader: &mut Reader, group: Element<'_>) -> Option<BusinessDate> {
    let day = group
        .text_at(&["ReqdExctnDt"])
        .or_else(|| group.text_at(&["ReqdExctnDt", "Dt"]))
        .or_else(|| group.text_at(&["ReqdExctnDt", "DtTm"]))
        .and_then(|text| text.get(..10)?.parse().ok());
    if day.is_none() {
        reader.refuse::<()>(group, "ReqdExctnDt", "the day of execution is missing or wrong");
    }
    day
}

fn instruction(reader: &mut Reader, transfer: Element<'_>, group: &str) -> Option<Instruction> {
    let Some(amount) = transfer.find(&["Amt", "InstdAmt"]) else {
        return reader.refuse(transfer, "Amt/InstdAmt", "the amount is missing");
    };
    let amount = reader.amount(amount)?;
    let Some(end_to_end_id) = transfer.text_at(&["PmtId", "EndToEndId"]) else {
        return reader.refuse(transfer, "PmtId/EndToEndId", "the payment has no number");
    };
    let text = |path: &[&str]| transfer.text_at(path).map(str::to_owned);
    let account = text(&["CdtrAcct", "Id", "IBAN"]);
    let account = account.or_else(|| text(&["CdtrAcct", "Id", "Othr", "Id"]));
    Some(Instruction {
        line: transfer.line(),
        group: group.to_owned(),
        end_to_end_id: end_to_end_id.to_owned(),
        amount,
        payee: text(&["Cdtr", "Nm"]).unwrap_or_default(),
        account: account.unwrap_or_default(),
    })
}

/// Count and sum, where the head of the message or of a group states them.
fn check(reader: &mut Reader, stating: Element<'_>, what: &str, rows: &[Instruction]) {
    if let Some(stated) = stating.text_at(&["NbOfTxs"]) {
        let (what, stated) = (format!("{what} NbOfTxs"), stated.to_owned());
        reader.checks.push(Check { what, stated, computed: rows.len().to_string() });
    }
    let (Some(text), Some(first)) = (stating.text_at(&["CtrlSum"]), rows.first()) else { return };
    let currency = first.amount.currency();
    let line = stating.line();
    let stated = Money::parse(text, currency);
    let sum = Money::sum(rows.iter().map(|row| row.amount), currency);
    let Some(sum) = reader.problems.keep(sum, line, "CtrlSum", text) else { return };
    if let Some(stated) = reader.problems.keep(stated, line, "CtrlSum", text) {
        let (what, stated) = (format!("{what} CtrlSum"), stated.plain());
        reader.checks.push(Check { what, stated, computed: sum.plain() });
    }
}
