//! What is in a file and whether it would be accepted, for a person to look at.

use super::bytes::Bytes;
use super::reading::{self, Look, Seen, Target};
use super::{merchant_list, store};
use crate::office::Office;
use crate::reconciliation::ReconciliationError;
use banks::bill::{Problem, fee_text};
use banks::formats::{self, Document, Refusal};
use banks::front::NamedFile;
use domain::access::{Actor, Permission};
use domain::matching::Direction;
use domain::source_file::{FileCheck, FileKind, FileProblem, Preview, PreviewTotal};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Looks at a file without storing anything.
///
/// # Errors
/// Not allowed, or the database failed. A file that would be refused is no error: the preview says
/// why.
pub async fn preview(
    office: &Office,
    actor: &Actor,
    kind: FileKind,
    file: NamedFile,
) -> Result<Preview, ReconciliationError> {
    actor.require(Permission::ViewReconciliation)?;
    let sha256 = hex::encode(Sha256::digest(&file.bytes));
    let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    let bytes = Bytes::Held(Arc::new(file.bytes));
    let target =
        Target { kind, name: file.name, member: None, custom: None, no_trades: false, bytes };
    let look = reading::look(office, &target).await?;
    let mut preview = told(&target.name, length, &look);
    let mut conn = office.db.acquire().await?;
    preview.known_as = store::with_hash(&mut conn, &sha256).await?.map(|known| known.id);
    preview.sha256 = sha256;
    Ok(preview)
}

/// Tells what a look at a file found.
pub(in crate::reconciliation) fn told(
    name: &str,
    length: u64,
    look: &Result<Look, Refusal>,
) -> Preview {
    let mut preview = nothing(name, length);
    match look {
        Err(refusal) => {
            preview.format.clone_from(&refusal.format);
            preview.problems = refusal.problems.iter().map(problem).collect();
            preview.checks = refusal.failed_checks.iter().map(check).collect();
        }
        Ok(Look { document: Seen::Orders(orders), .. }) => {
            preview.format = Some(merchant_list::FORMAT.to_owned());
            preview.encoding = Some("UTF-8".to_owned());
            preview.rows = u64::try_from(orders.len()).unwrap_or(u64::MAX);
            preview.acceptable = true;
            let totals = reading::totals(orders.iter().map(|order| order.amount));
            let totals = totals.unwrap_or_default().into_iter().map(|total| PreviewTotal {
                kind: "order".to_owned(),
                currency: total.gross.currency(),
                count: u64::try_from(total.count).unwrap_or(0),
                gross: total.gross.plain(),
                fee: None,
            });
            preview.totals = totals.collect();
        }
        Ok(Look { document: Seen::Document(document), tally }) => {
            of_document(&mut preview, document);
            if matches!(**document, Document::Bill(_)) {
                preview.rows = u64::try_from(tally.rows).unwrap_or(0);
                preview.totals = of_bill(tally);
            }
        }
    }
    preview
}

/// Nothing was found yet.
pub(in crate::reconciliation) fn nothing(name: &str, length: u64) -> Preview {
    Preview {
        name: name.to_owned(),
        sha256: String::new(),
        length,
        format: None,
        encoding: None,
        rows: 0,
        totals: Vec::new(),
        clearing_date: None,
        checks: Vec::new(),
        problems: Vec::new(),
        known_as: None,
        acceptable: false,
        no_record: false,
        members: Vec::new(),
    }
}

fn of_document(preview: &mut Preview, document: &Document) {
    preview.format = Some(document.format().to_owned());
    preview.encoding = Some(document.encoding().to_owned());
    preview.problems = document.problems().iter().map(problem).collect();
    preview.checks = document.checks().iter().map(check).collect();
    preview.acceptable = document.acceptable();
    preview.no_record = formats::has_no_record(document);
    let (rows, day) = formats::extent(document);
    preview.rows = u64::try_from(rows).unwrap_or(u64::MAX);
    preview.clearing_date = day;
    match formats::sums(document) {
        Ok(sums) => {
            let totals = sums.into_iter().map(|sum| PreviewTotal {
                kind: sum.kind,
                currency: sum.currency,
                count: sum.count,
                gross: sum.gross,
                fee: sum.fee,
            });
            preview.totals = totals.collect();
        }
        Err(error) => {
            preview.problems.push(problem(&Problem::of_file(error.to_string())));
            preview.acceptable = false;
        }
    }
}

fn of_bill(tally: &reading::Tally) -> Vec<PreviewTotal> {
    let totals = tally.totals.values().map(|total| PreviewTotal {
        kind: if total.direction == Direction::In { "payment" } else { "refund" }.to_owned(),
        currency: total.gross.currency(),
        count: u64::try_from(total.count).unwrap_or(0),
        gross: total.gross.plain(),
        fee: total.fee_e5.map(fee_text),
    });
    totals.collect()
}

fn problem(problem: &Problem) -> FileProblem {
    FileProblem { line: problem.line, field: problem.field.clone(), reason: problem.reason.clone() }
}

fn check(check: &banks::bill::Check) -> FileCheck {
    FileCheck {
        what: check.what.clone(),
        stated: check.stated.clone(),
        computed: check.computed.clone(),
        holds: check.holds(),
    }
}
