//! The XML that Yonyou's NC and NC Cloud import by their exchange platform (外部交换平台): one
//! `ufinterface` a file, a `voucher` for each voucher, all its lines inside `details`. Red vouchers
//! carry negative amounts on their own side.

use crate::vouchers::VoucherError;
use domain::account::Side;
use domain::date::{BusinessDate, Month};
use domain::voucher::{Dimension, VoucherDetail, VoucherLine};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};
use std::io;

type Xml = Writer<Vec<u8>>;

/// The whole file. The same vouchers always give the same bytes.
///
/// # Errors
/// The file could not be written.
pub(super) fn write(
    day: BusinessDate,
    maker: &str,
    vouchers: &[VoucherDetail],
) -> Result<Vec<u8>, VoucherError> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let interface = xml.create_element("ufinterface").with_attributes([
        ("account", "001"),
        ("billtype", "vouchergl"),
        ("businessunitcode", ""),
        ("filename", ""),
        ("groupcode", ""),
        ("isexchange", "Y"),
        ("orgcode", ""),
        ("receiver", ""),
        ("replace", "N"),
        ("roottag", ""),
        ("sender", "countinghouse"),
    ]);
    interface.write_inner_content(|xml| {
        vouchers.iter().try_for_each(|voucher| write_voucher(xml, (day, maker), voucher))
    })?;
    Ok(xml.into_inner())
}

fn write_voucher(
    xml: &mut Xml,
    (day, maker): (BusinessDate, &str),
    voucher: &VoucherDetail,
) -> io::Result<()> {
    let id = voucher.summary.id.to_string();
    let element = xml.create_element("voucher").with_attribute(("id", id.as_str()));
    element.write_inner_content(|xml| {
        xml.create_element("voucher_head").write_inner_content(|xml| {
            write_head(xml, (day, maker), voucher, &id)?;
            xml.create_element("details").write_inner_content(|xml| {
                (1_u32..)
                    .zip(&voucher.lines)
                    .try_for_each(|(number, line)| write_line(xml, (day, number), line))
            })?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn write_head(
    xml: &mut Xml,
    (day, maker): (BusinessDate, &str),
    voucher: &VoucherDetail,
    id: &str,
) -> io::Result<()> {
    let (month, number) = (Month::of(day), voucher.summary.number.to_string());
    let memo = format!("账房 {day} {number}号");
    texts(
        xml,
        &[
            ("pk_voucher", ""),
            ("pk_vouchertype", "记"),
            ("year", &month.year().to_string()),
            ("pk_system", "GL"),
            ("voucherkind", "0"),
            ("pk_accountingbook", ""),
            ("discardflag", "N"),
            ("period", &format!("{:02}", month.number())),
            ("no", ""),
            ("attachment", "0"),
            ("prepareddate", &day.to_string()),
            ("pk_prepared", maker),
            ("pk_casher", ""),
            ("signflag", "N"),
            ("pk_checked", ""),
            ("tallydate", ""),
            ("pk_manager", ""),
            ("memo1", &memo),
            ("memo2", ""),
            ("reserve1", &number),
            ("reserve2", id),
            ("siscardflag", "N"),
            ("pk_org", ""),
            ("pk_org_v", ""),
            ("pk_group", ""),
        ],
    )
}

fn write_line(
    xml: &mut Xml,
    (day, number): (BusinessDate, u32),
    line: &VoucherLine,
) -> io::Result<()> {
    let amount = line.amount.plain();
    let (debit, credit) = match line.side {
        Side::Debit => (amount.as_str(), "0"),
        Side::Credit => ("0", amount.as_str()),
    };
    xml.create_element("item").write_inner_content(|xml| {
        texts(
            xml,
            &[
                ("detailindex", &number.to_string()),
                ("accsubjcode", &line.u8_code),
                ("explanation", &line.memo),
                ("verifydate", &day.to_string()),
                ("price", "0"),
                ("excrate2", "1"),
                ("debitquantity", "0"),
                ("debitamount", debit),
                ("groupdebitamount", debit),
                ("globaldebitamount", debit),
                ("localdebitamount", debit),
                ("creditquantity", "0"),
                ("creditamount", credit),
                ("groupcreditamount", credit),
                ("globalcreditamount", credit),
                ("localcreditamount", credit),
                ("billtype", ""),
                ("bankaccount", ""),
                ("checkstyle", ""),
                ("checkno", ""),
                ("checkdate", ""),
                ("bill_id", ""),
                ("bill_date", ""),
                ("pk_currtype", "CNY"),
            ],
        )?;
        write_auxiliary(xml, line)
    })?;
    Ok(())
}

/// What the general ledger keeps apart, 辅助核算.
fn write_auxiliary(xml: &mut Xml, line: &VoucherLine) -> io::Result<()> {
    let of_owner = match line.dimension {
        Dimension::None => "",
        Dimension::Customer => "客户",
        Dimension::Supplier => "供应商",
    };
    let items =
        [(of_owner, &line.dimension_code), ("部门", &line.department), ("项目", &line.project)];
    let items: Vec<_> = items.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if items.is_empty() {
        return Ok(());
    }
    xml.create_element("ass").write_inner_content(|xml| {
        items.iter().try_for_each(|(kind, value)| {
            xml.create_element("item").write_inner_content(|xml| {
                texts(xml, &[("pk_Checktype", kind), ("pk_Checkvalue", value)])
            })?;
            Ok(())
        })
    })?;
    Ok(())
}

fn texts(xml: &mut Xml, fields: &[(&str, &str)]) -> io::Result<()> {
    for (name, text) in fields {
        let element = xml.create_element(*name);
        if text.is_empty() {
            element.write_empty()?;
        } else {
            element.write_text_content(quick_xml::events::BytesText::new(text))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{day, voucher};
    use super::*;
    use quick_xml::Reader;

    /// Every element's text, under its path below the root.
    fn read(bytes: &[u8]) -> Vec<(String, String)> {
        let mut reader = Reader::from_reader(bytes);
        let (mut path, mut found) = (Vec::new(), Vec::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    path.push(start.name().as_ref().to_owned());
                }
                Event::End(_) => drop(path.pop()),
                Event::Text(text) => {
                    let text = text.trim().to_owned();
                    if !text.is_empty() {
                        found.push((path.join("/"), text));
                    }
                }
                Event::Eof => return found,
                _ => {}
            }
        }
    }

    #[test]
    fn a_voucher_is_written_as_the_exchange_platform_describes_it() {
        let bytes = write(day(), "王会计", &[voucher("计费")]).unwrap();
        let found = read(&bytes);
        let all = |path: &str| -> Vec<&str> {
            let path = format!("ufinterface/voucher/voucher_head/{path}");
            found.iter().filter(|(at, _)| *at == path).map(|(_, text)| text.as_str()).collect()
        };
        assert_eq!((all("year"), all("period"), all("no")), (vec!["2026"], vec!["03"], vec![]));
        assert_eq!(all("details/item/accsubjcode"), ["224102", "602101", "220201"]);
        assert_eq!(all("details/item/debitamount"), ["579.87", "0", "0"]);
        assert_eq!(all("details/item/localcreditamount"), ["0", "566.04", "13.83"]);
        assert_eq!(
            all("details/item/ass/item/pk_Checkvalue"),
            ["M100001", "D01", "P-7", "unionpay"]
        );
        assert_eq!(all("reserve2"), [voucher("").summary.id.to_string()]);
    }

    #[test]
    fn texts_cannot_break_the_file() {
        let bytes = write(day(), "<&\"'>", &[voucher("</item><item>")]).unwrap();
        let items = read(&bytes).iter().filter(|(at, _)| at.ends_with("/detailindex")).count();
        assert_eq!(items, 3);
    }
}
