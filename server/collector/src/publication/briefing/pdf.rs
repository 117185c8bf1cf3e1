use haochaping_cards::{
    PrintError,
    font::FontFiles,
    pdf::write_report,
    report::{Block, Report},
};

use super::{Case, HEADS, Line, Month};

/// A briefing as PDF, in the fonts of the machine.
///
/// # Errors
/// [`PrintError`]: above all that there is no font.
pub fn write(month: &Month, cases: &[Case]) -> Result<Vec<u8>, PrintError> {
    let fonts = FontFiles::find(None, None)?;
    let mut out = Vec::new();
    write_report(&mut out, &report(month, cases), &fonts)?;
    Ok(out)
}

fn report(month: &Month, cases: &[Case]) -> Report {
    let mut blocks = vec![
        Block::Note(format!(
            "制表时间：{}",
            month.as_of.get(..16).unwrap_or_default().replace('T', " ")
        )),
        Block::Heading("总体情况".into()),
        table("地区", std::slice::from_ref(&month.total)),
    ];
    if !month.regions.is_empty() {
        blocks.extend([Block::Heading("各地区".into()), table("地区", &month.regions)]);
    }
    if !month.agencies.is_empty() {
        blocks.extend([Block::Heading("各部门".into()), table("部门", &month.agencies)]);
    }
    blocks.push(Block::Heading("超期未办的差评工单".into()));
    if month.overdue.is_empty() {
        blocks.push(Block::Text("没有超期的工单。".into()));
    } else {
        let columns = [("承办部门", 0.34), ("事项", 0.3), ("阶段", 0.12), ("时限", 0.24)];
        let rows = month.overdue.iter().map(|one| {
            let due = one.due_at.get(..16).unwrap_or_default().replace('T', " ");
            vec![one.agency_name.clone(), one.item.clone(), one.stage.clone(), due]
        });
        let columns = columns.map(|(name, part)| (name.to_owned(), part)).to_vec();
        blocks.push(Block::Table { columns, rows: rows.collect() });
    }
    for case in cases {
        blocks.extend([
            Block::Heading(format!("案例：{}", case.title)),
            Block::Text(case.text.clone()),
        ]);
    }
    blocks.push(Block::Heading("指标说明".into()));
    blocks.extend(Month::definitions().into_iter().map(|text| Block::Note(text.to_owned())));
    Report { title: month.title(), blocks }
}

fn table(first: &str, lines: &[Line]) -> Block {
    // Wide enough for the heads, of which the last takes two lines.
    const PARTS: [f32; 8] = [0.1, 0.1, 0.09, 0.115, 0.1, 0.115, 0.115, 0.11];
    let mut columns = vec![(first.to_owned(), 1.0 - PARTS.iter().sum::<f32>())];
    columns.extend(HEADS.iter().zip(PARTS).map(|(head, part)| ((*head).to_owned(), part)));
    let rows = lines.iter().map(|line| {
        let mut row = vec![line.name.clone()];
        row.extend(line.cells());
        row
    });
    Block::Table { columns, rows: rows.collect() }
}
