use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::{Case, Figures, Line, Month};

/// The heads of the sheets with figures: counts as numbers, so that others can reckon with them.
const HEADS: [&str; 20] = [
    "代码",
    "名称",
    "非常满意",
    "满意",
    "基本满意",
    "不满意",
    "非常不满意",
    "差评总数",
    "申诉成立",
    "有效差评",
    "已答复",
    "有效差评到期",
    "按期答复",
    "实名差评到期",
    "实名差评已答复",
    "好评率",
    "差评整改率",
    "按期整改率",
    "实名差评回复率",
    "上月好评率",
];

/// A briefing as a spreadsheet. Texts are written as texts: none is a formula, however it begins.
///
/// # Errors
/// [`XlsxError`]
pub fn write(month: &Month, cases: &[Case]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let mut total = vec![month.total.clone()];
    total.extend(month.regions.iter().cloned());
    for (name, lines) in [("地区", &total), ("部门", &month.agencies)] {
        let sheet = book.add_worksheet().set_name(name)?;
        sheet.set_freeze_panes(1, 2)?;
        for (column, head) in (0..).zip(HEADS) {
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        for (row, line) in (1..).zip(lines) {
            write_line(sheet, row, line)?;
        }
        sheet.set_column_width(0, 20)?.set_column_width(1, 28)?;
    }
    let sheet = book.add_worksheet().set_name("超期工单")?;
    for (column, head) in (0..).zip(["工单", "部门代码", "部门", "事项", "阶段", "时限"])
    {
        sheet.write_string_with_format(0, column, head, &bold)?;
    }
    for (row, one) in (1..).zip(&month.overdue) {
        for (column, text) in
            (0..).zip([&one.id, &one.agency, &one.agency_name, &one.item, &one.stage, &one.due_at])
        {
            sheet.write_string(row, column, text)?;
        }
    }
    let sheet = book.add_worksheet().set_name("案例和说明")?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.set_column_width(0, 100)?;
    let texts = cases.iter().flat_map(|case| [case.title.clone(), case.text.clone()]);
    let texts = [month.title(), format!("制表时间：{}", month.as_of)].into_iter().chain(texts);
    let texts = texts.chain(Month::definitions().into_iter().map(str::to_owned));
    for (row, text) in (0..).zip(texts) {
        sheet.write_string_with_format(row, 0, text, &wrapped)?;
    }
    book.save_to_buffer()
}

fn write_line(sheet: &mut Worksheet, row: u32, line: &Line) -> Result<(), XlsxError> {
    let (percent, none) = (Format::new().set_num_format("0.00%"), "—");
    let Figures { counts, handling } = &line.now;
    sheet.write_string(row, 0, &line.code)?.write_string(row, 1, &line.name)?;
    let numbers = [
        counts.very_satisfied,
        counts.satisfied,
        counts.basically_satisfied,
        counts.dissatisfied,
        counts.very_dissatisfied,
        handling.bad,
        handling.upheld,
        handling.effective_bad(),
        handling.answered,
        handling.valid_due,
        handling.valid_on_time,
        handling.real_name_due,
        handling.real_name_replied,
    ];
    for (column, n) in (2..).zip(numbers) {
        #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
        sheet.write_number(row, column, n as f64)?;
    }
    let rates = [
        counts.good_rate(),
        handling.rectified_rate(),
        handling.on_time_rate(),
        handling.real_name_reply_rate(),
        line.before.counts.good_rate(),
    ];
    for (column, rate) in (15..).zip(rates) {
        match rate {
            Some(rate) => sheet.write_number_with_format(row, column, rate, &percent)?,
            None => sheet.write_string(row, column, none)?,
        };
    }
    Ok(())
}
