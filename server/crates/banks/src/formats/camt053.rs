//! The bank statement of ISO 20022 (银行对账单), camt.053 in any of its versions.
//!
//! The opening balance (OPBD, or PRCD, the closing balance before) plus the booked entries must
//! give the closing balance CLBD. An entry of several transactions becomes one row for each when
//! their amounts are given and add up to the entry; entries not yet booked are left out.

use super::decode::decode;
use super::problems::{Problems, quote};
use super::xml::{self, Element};
use super::{Document, Format, Sample};
use crate::bill::{Check, Problem};
use crate::front::NamedFile;
use crate::statement::{Statement, StatementFile, StatementRow};
use domain::date::BusinessDate;
use domain::money::{Currency, Money};

/// The format.
pub(super) struct Camt053;

impl Format for Camt053 {
    fn name(&self) -> &'static str {
        "camt053"
    }

    fn recognises(&self, sample: &Sample<'_>) -> bool {
        let head = sample.head.trim_start();
        head.starts_with('<') && (head.contains("camt.053.") || head.contains("BkToCstmrStmt"))
    }

    fn parse(&self, file: &NamedFile) -> Result<Document, Problem> {
        let decoded =
            decode(&file.bytes).map_err(|error| Problem::at_line(error.line, error.to_string()))?;
        let root = xml::parse(&decoded)?;
        let message = root
            .find(&["BkToCstmrStmt"])
            .filter(|_| root.name == "Document")
            .ok_or_else(|| Problem::of_file("there is no Document/BkToCstmrStmt"))?;
        let mut reader = Reader { problems: Problems::default(), checks: Vec::new() };
        let statements: Vec<Statement> =
            message.all("Stmt").filter_map(|held| reader.statement(held)).collect();
        if message.find(&["Stmt"]).is_none() {
            reader.problems.push(Problem::of_file("the message has no statement (Stmt)"));
        }
        Ok(Document::Statement(StatementFile {
            format: self.name().to_owned(),
            encoding: decoded.encoding.to_owned(),
            statements,
            checks: reader.checks,
            problems: reader.problems.finish(),
        }))
    }
}

struct Reader {
    problems: Problems,
    checks: Vec<Check>,
}

/// What the entries of one statement add up to, booked or not, as TxsSummry states it.
#[derive(Default)]
struct Sums {
    count: usize,
    credits: Option<Money>,
    debits: Option<Money>,
}

/// An entry's own amount, sign and place.
#[derive(Clone, Copy)]
struct Entry<'e> {
    element: &'e Element,
    number: u32,
    amount: Money,
}

impl Reader {
    fn refuse<T>(&mut self, element: &Element, field: &str, reason: &str) -> Option<T> {
        self.problems.push(Problem::at_field(element.line, field, reason));
        None
    }

    fn statement(&mut self, element: &Element) -> Option<Statement> {
        let account = element
            .text_at(&["Acct", "Id", "IBAN"])
            .or_else(|| element.text_at(&["Acct", "Id", "Othr", "Id"]));
        let Some(account) = account else {
            return self.refuse(element, "Acct/Id", "the statement names no account");
        };
        let opening = self.balance(element, &["OPBD", "PRCD"])?;
        let closing = self.balance(element, &["CLBD"])?;
        let (opening, (closing, day)) = (opening.0, closing);
        let currency = opening.currency();
        if closing.currency() != currency {
            return self.refuse(element, "Bal", "the balances are of different currencies");
        }
        let number = element.text_at(&["Id"]).unwrap_or_default().to_owned();
        let mut rows = Vec::new();
        let mut computed = Some(opening);
        let mut sums = Sums::default();
        for (index, entry) in element.all("Ntry").enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let Some(entry) = self.entry(entry, number, currency) else { continue };
            sums.add(entry.amount);
            if !booked(entry.element) {
                continue;
            }
            computed = computed.and_then(|sum| sum.checked_add(entry.amount).ok());
            self.rows_of(entry, &mut rows);
        }
        let Some(computed) = computed else {
            return self.refuse(element, "Ntry", "the sum of the entries is out of range");
        };
        self.checks.push(Check {
            what: format!("CLBD {account} {number}").trim_end().to_owned(),
            stated: closing.plain(),
            computed: computed.plain(),
        });
        self.check_summary(element, &sums, currency);
        let account = account.to_owned();
        Some(Statement { number, account, currency, day, opening, closing, rows })
    }

    /// The first balance of these types, with its day.
    fn balance(
        &mut self,
        statement: &Element,
        types: &[&str],
    ) -> Option<(Money, Option<BusinessDate>)> {
        let path = ["Tp", "CdOrPrtry", "Cd"];
        let found = types
            .iter()
            .find_map(|code| statement.all("Bal").find(|bal| bal.text_at(&path) == Some(*code)));
        let Some(found) = found else {
            let reason = format!("there is no balance {}", types.join(" or "));
            return self.refuse(statement, "Bal", &reason);
        };
        let amount = self.money(found)?;
        let amount = self.signed(found, amount)?;
        let day = found.find(&["Dt"]).and_then(day_of);
        Some((amount, day))
    }

    fn money(&mut self, parent: &Element) -> Option<Money> {
        let Some(element) = parent.find(&["Amt"]) else {
            return self.refuse(parent, "Amt", "the amount is missing");
        };
        self.amount(element)
    }

    /// Banks may write up to five decimals; those beyond the currency's two must be zero.
    fn amount(&mut self, element: &Element) -> Option<Money> {
        let code = element.attribute("Ccy").unwrap_or_default();
        let currency = self.problems.keep(code.parse::<Currency>(), element.line, "Ccy", code)?;
        let text = element.text();
        let exact = match text.split_once('.') {
            Some((whole, decimals)) if (3..=5).contains(&decimals.len()) => {
                let (cents, rest) = decimals.split_at_checked(2).unwrap_or((decimals, ""));
                if rest.bytes().all(|b| b == b'0') {
                    format!("{whole}.{cents}")
                } else {
                    text.to_owned()
                }
            }
            _ => text.to_owned(),
        };
        self.problems.keep(Money::parse(&exact, currency), element.line, "Amt", text)
    }

    fn signed(&mut self, parent: &Element, amount: Money) -> Option<Money> {
        match parent.text_at(&["CdtDbtInd"]) {
            Some("CRDT") => Some(amount),
            Some("DBIT") => amount.checked_neg().ok(),
            _ => self.refuse(parent, "CdtDbtInd", "must be CRDT or DBIT"),
        }
    }

    fn entry<'e>(
        &mut self,
        element: &'e Element,
        number: u32,
        currency: Currency,
    ) -> Option<Entry<'e>> {
        let amount = self.money(element)?;
        if amount.currency() != currency {
            return self.refuse(element, "Amt", "the entry is not in the account's currency");
        }
        let amount = self.signed(element, amount)?;
        Some(Entry { element, number, amount })
    }

    /// One row for the entry, or one for each of its transactions.
    fn rows_of(&mut self, entry: Entry<'_>, rows: &mut Vec<StatementRow>) {
        let booked = entry.element.find(&["BookgDt"]).and_then(day_of);
        let Some(booking_date) = booked else {
            self.refuse::<()>(entry.element, "BookgDt", "the booking date is missing or wrong");
            return;
        };
        let transactions: Vec<&Element> =
            entry.element.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
        let parts: Vec<Option<&Element>> =
            transactions.iter().map(|transaction| amount_of(transaction)).collect();
        if transactions.len() < 2 || parts.iter().all(Option::is_none) {
            let single = transactions.first().copied().filter(|_| transactions.len() == 1);
            rows.push(row(entry, booking_date, entry.amount, single));
            return;
        }
        let mut sum = Some(Money::zero(entry.amount.currency()));
        let mut split = Vec::new();
        for (transaction, part) in transactions.iter().zip(parts) {
            let Some(part) = part else {
                let reason = "some transactions of the entry have amounts and others none";
                self.refuse::<()>(transaction, "TxDtls", reason);
                return;
            };
            let Some(amount) = self.amount(part) else { return };
            let holder = if transaction.find(&["CdtDbtInd"]).is_some() {
                transaction
            } else {
                entry.element
            };
            let Some(amount) = self.signed(holder, amount) else { return };
            sum = sum.and_then(|sum| sum.checked_add(amount).ok());
            split.push(row(entry, booking_date, amount, Some(transaction)));
        }
        if sum == Some(entry.amount) {
            rows.extend(split);
        } else {
            let stated = entry.amount.plain();
            let sum = sum.map_or("of different currencies".to_owned(), Money::plain);
            let reason = format!("the entry is {stated}, but its transactions are {sum}");
            self.refuse::<()>(entry.element, "TxDtls", &reason);
        }
    }

    fn check_summary(&mut self, statement: &Element, sums: &Sums, currency: Currency) {
        let Some(summary) = statement.find(&["TxsSummry"]) else { return };
        let sum = |money: Option<Money>| money.unwrap_or(Money::zero(currency)).plain();
        let stated = [
            (["TtlNtries", "NbOfNtries"], sums.count.to_string()),
            (["TtlCdtNtries", "Sum"], sum(sums.credits)),
            (["TtlDbtNtries", "Sum"], sum(sums.debits)),
        ];
        for (path, computed) in stated {
            let Some(text) = summary.text_at(&path) else { continue };
            let what = path.join("/");
            let stated = match path[1] {
                "Sum" => Money::parse(text, currency).map(Money::plain),
                _ => Ok(text.to_owned()),
            };
            if let Some(stated) = self.problems.keep(stated, summary.line, &what, text) {
                self.checks.push(Check { what, stated, computed });
            }
        }
    }
}

impl Sums {
    fn add(&mut self, amount: Money) {
        self.count += 1;
        let zero = Money::zero(amount.currency());
        let (side, magnitude) = if amount.is_negative() {
            (&mut self.debits, amount.checked_neg().unwrap_or(zero))
        } else {
            (&mut self.credits, amount)
        };
        *side = side.unwrap_or(zero).checked_add(magnitude).ok();
    }
}

fn booked(entry: &Element) -> bool {
    entry.text_at(&["Sts"]).or_else(|| entry.text_at(&["Sts", "Cd"])) == Some("BOOK")
}

/// A transaction's amount stands in one of three places, by version and bank.
fn amount_of(transaction: &Element) -> Option<&Element> {
    transaction
        .find(&["Amt"])
        .or_else(|| transaction.find(&["AmtDtls", "TxAmt", "Amt"]))
        .or_else(|| transaction.find(&["AmtDtls", "InstdAmt", "Amt"]))
}

/// A date given as `Dt` or as the beginning of `DtTm`.
fn day_of(parent: &Element) -> Option<BusinessDate> {
    let text = parent.text_at(&["Dt"]).or_else(|| parent.text_at(&["DtTm"]))?;
    text.get(..10)?.parse().ok()
}

fn row(
    entry: Entry<'_>,
    booking_date: BusinessDate,
    amount: Money,
    transaction: Option<&Element>,
) -> StatementRow {
    let element = entry.element;
    let of_transaction = |path: &[&str]| transaction.and_then(|held| held.text_at(path));
    let bank_ref = element
        .text_at(&["AcctSvcrRef"])
        .or_else(|| of_transaction(&["Refs", "AcctSvcrRef"]))
        .or_else(|| element.text_at(&["NtryRef"]));
    let end_to_end_id =
        of_transaction(&["Refs", "EndToEndId"]).filter(|number| *number != "NOTPROVIDED");
    let return_reason = transaction.and_then(return_reason).or_else(|| return_reason(element));
    StatementRow {
        entry: entry.number,
        bank_ref: bank_ref.unwrap_or_default().to_owned(),
        end_to_end_id: end_to_end_id.map(str::to_owned),
        amount,
        booking_date,
        value_date: element.find(&["ValDt"]).and_then(day_of),
        counterparty: transaction
            .and_then(|held| other_side(held, amount, return_reason.is_some()))
            .map(str::to_owned),
        remittance: remittance(element, transaction),
        return_reason,
    }
}

/// The payer of a credit, the payee of a debit; a returned payment keeps its first roles.
fn other_side(transaction: &Element, amount: Money, returned: bool) -> Option<&str> {
    let payer_first = !amount.is_negative() && !returned;
    let roles = if payer_first { ["Dbtr", "Cdtr"] } else { ["Cdtr", "Dbtr"] };
    let parties = transaction.find(&["RltdPties"])?;
    let party = parties.find(&[roles[0]])?;
    party.text_at(&["Nm"]).or_else(|| party.text_at(&["Pty", "Nm"]))
}

fn remittance(entry: &Element, transaction: Option<&Element>) -> String {
    let lines: Vec<&str> = transaction
        .and_then(|held| held.find(&["RmtInf"]))
        .map(|held| held.all("Ustrd").map(Element::text).collect())
        .unwrap_or_default();
    if lines.is_empty() {
        return entry.text_at(&["AddtlNtryInf"]).map(quote_free).unwrap_or_default();
    }
    quote_free(&lines.join(" "))
}

/// Text for people: control characters become blanks.
fn quote_free(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Why a payment of ours came back (退票): RtrInf, or the bank's code of a returned transfer.
fn return_reason(element: &Element) -> Option<String> {
    if let Some(returned) = element.find(&["RtrInf"]) {
        let code = returned.text_at(&["Rsn", "Cd"]).or_else(|| returned.text_at(&["Rsn", "Prtry"]));
        let more = returned.text_at(&["AddtlInf"]);
        let reason: Vec<&str> = code.into_iter().chain(more).collect();
        return Some(if reason.is_empty() { "returned".to_owned() } else { reason.join(" ") });
    }
    let code = element.text_at(&["BkTxCd", "Domn", "Fmly", "SubFmlyCd"])?;
    (code == "RRTN").then(|| quote(code))
}
