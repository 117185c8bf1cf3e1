//! A roster as an office would send it: the real villages and communities of Yangzhou, and agents
//! whose names are made up, rare characters included.

use std::fmt::Write as _;

use crate::workspace;

/// The agency of every agent here, made up; its check character is right.
pub const AGENCY: &str = "11321000014216389W";
const FAMILY: &str = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾";
const GIVEN: &str = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国玉梅红";
/// Rare characters of names, some of them outside the basic plane: systems lose them.
const RARE: &str = "㛃䶮𬭎𫖯龑喆翀𬍛";

/// The file with the villages and communities, `code,district,street,name`, 1,437 of them.
pub fn villages() -> std::path::PathBuf {
    workspace().join("tests/data/yangzhou-villages.csv")
}

/// A made-up agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The name.
    pub name: String,
    /// The number.
    pub number: String,
    /// The village's code.
    pub region: String,
    /// The village, its street and district.
    pub village: String,
}

/// One agent for each of the first `n` villages; over again from the first if there are more agents
/// than villages.
///
/// # Panics
/// If the file is not there.
pub fn agents(n: usize) -> Vec<Agent> {
    let table = std::fs::read_to_string(villages()).expect("the villages are in the repository");
    let villages: Vec<Vec<&str>> =
        table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let pick = |letters: &str, at: usize| {
        letters.chars().nth(at % letters.chars().count()).expect("it is not empty")
    };
    let agent = |n: usize| {
        let village = &villages[n % villages.len()];
        let mut name = format!("{}{}", pick(FAMILY, n * 7), pick(GIVEN, n * 5));
        // Every twentieth has a rare character.
        name.push(if n % 20 == 7 { pick(RARE, n / 20) } else { pick(GIVEN, n * 11 + 3) });
        Agent {
            name,
            number: format!("YZ-{:06}", n + 1),
            region: village[0].to_owned(),
            village: format!("{} {} {}", village[3], village[2], village[1]),
        }
    };
    (0..n).map(agent).collect()
}

/// The agents as CSV in UTF-8.
pub fn csv(agents: &[Agent]) -> String {
    let mut text = "姓名,工号,村社区代码,责任单位代码,责任单位,服务范围\n".to_owned();
    for Agent { name, number, region, .. } in agents {
        writeln!(
            text,
            "{name},{number},{region},{AGENCY},扬州市示例代办中心,社保、医保、老年证代办"
        )
        .expect("a string takes it");
    }
    text
}

/// The least workbook that is one, with these rows on its sheet.
pub fn workbook(rows: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let parts = [
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></Relationships>".to_owned(),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
    ];
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("memory can be written");
        std::io::Write::write_all(&mut zip, text.as_bytes()).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}
