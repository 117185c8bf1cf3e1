//! Every printed code is read back from the printed page, by two decoders that share no code, and
//! every name is found.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use haochaping_tests::{Collector, roster, workspace};

/// All villages with `--full`, a few pages for every change.
fn n_cards() -> usize {
    if std::env::var_os("HAOCHAPING_TEST_FULL").is_some() { 1_437 } else { 60 }
}

/// Prints `n` cards and gives the folder and each card's name and link.
fn print(collector: &Collector, n: usize, extra: &[&str]) -> (PathBuf, Vec<(String, String)>) {
    let run = |args: &[&str]| {
        let output = collector.cli(args);
        assert_eq!(output.code, Some(0), "{}", output.err);
    };
    let path = |path: PathBuf| path.to_str().unwrap().to_owned();
    run(&["region", "import", &path(workspace().join("demo/data/regions-jiangsu.csv"))]);
    run(&["region", "import", &path(roster::villages())]);
    let file = collector.data_dir().join("roster.csv");
    std::fs::write(&file, roster::csv(&roster::agents(n))).unwrap();
    let out = collector.data_dir().join("cards");
    let (file, to) = (path(file), path(out.clone()));
    let usual = [
        "card",
        "print",
        &file,
        "--out",
        &to,
        "--public-url",
        "https://hcp.yz.gov.cn",
        "--one-file",
    ];
    run(&[&usual, extra].concat());
    let list = std::fs::read_to_string(out.join("cards.csv")).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let cards =
        list.lines().skip(1).map(cells).map(|cells| (cells[2].clone(), cells[5].clone())).collect();
    (out, cards)
}

/// What the decoders say.
fn decode<T: serde::de::DeserializeOwned>(args: &[&str]) -> T {
    let python = workspace().join("target/venv/bin/python");
    let output =
        Command::new(python).arg(workspace().join("tests/decoders/decode.py")).args(args).output();
    let output = output.expect("the decoders are installed: cargo xtask test api");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text_of(pdf: &Path) -> String {
    let output =
        Command::new("pdftotext").arg(pdf).arg("-").output().expect("poppler-utils is installed");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_code_on_a_sheet_is_read_back_at_150_and_300_dpi_and_every_name_is_found() {
    let collector = Collector::start(&[]);
    let (out, cards) = print(&collector, n_cards(), &["--back"]);
    assert_eq!(cards.len(), n_cards());
    let pdf = out.join("cards.pdf");
    let mut expected: Vec<_> = cards.iter().map(|(_, link)| link.clone()).collect();
    expected.sort_unstable();
    for dpi in ["150", "300"] {
        let found: BTreeMap<String, Vec<String>> =
            decode(&["sheets", pdf.to_str().unwrap(), dpi, "2,5,90,54,0"]);
        assert_eq!(found.len(), 2, "two decoders");
        for (decoder, mut texts) in found {
            texts.sort_unstable();
            assert!(
                texts == expected,
                "{decoder} at {dpi} dpi reads {} of {}",
                texts.len(),
                expected.len()
            );
        }
    }
    let text = text_of(&pdf);
    for ((name, link), agent) in cards.iter().zip(roster::agents(n_cards())) {
        assert_eq!(*name, agent.name);
        assert!(text.contains(name.as_str()), "{name} is not found");
        assert!(text.contains(link.as_str()), "{link} is not found");
        assert!(text.contains(agent.village.split(' ').next().unwrap()), "{}", agent.village);
    }
}

/// What a camera does to a card. How many are read is printed; what is read must be right.
#[test]
fn a_spoiled_code_is_read_right_or_not_at_all() {
    let collector = Collector::start(&[]);
    let (out, cards) = print(&collector, 40, &["--format", "png"]);
    let images = std::fs::read_dir(&out).unwrap().map(|file| file.unwrap().path());
    let mut images: Vec<_> =
        images.filter(|path| path.extension().is_some_and(|ending| ending == "png")).collect();
    images.sort_unstable();
    assert_eq!(images.len(), cards.len());
    for (image, (_, link)) in images.iter().zip(&cards) {
        std::fs::write(image.with_extension("txt"), link).unwrap();
    }
    let table: BTreeMap<String, BTreeMap<String, [u32; 3]>> =
        decode(&["degraded", out.to_str().unwrap()]);
    println!("{:<14} {:>10} {:>10}", "codes read", "zbar", "zxing-cpp");
    for (way, decoders) in &table {
        let share = |name: &str| format!("{} of {}", decoders[name][0], decoders[name][2]);
        println!("{way:<14} {:>10} {:>10}", share("zbar"), share("zxing-cpp"));
        for (decoder, [_, wrong, _]) in decoders {
            assert_eq!(*wrong, 0, "{decoder}, {way}: a wrong text");
        }
    }
    assert_eq!(table.len(), 8);
    for (way, decoder) in
        [("as printed", "zbar"), ("as printed", "zxing-cpp"), ("rotated", "zxing-cpp")]
    {
        assert_eq!(table[way][decoder][0], 40, "{way}, {decoder}");
    }
}

#[test]
fn stands_and_lower_case_links_are_read_back() {
    let collector = Collector::start(&[]);
    let sheets: [(&[&str], &str); 3] = [
        (&["--sheet", "a5"], "1,1,148,210,0"),
        (&["--sheet", "a4-8", "--lower-case"], "2,4,90,54,8"),
        (&["--sheet", "single"], "1,1,90,54,0"),
    ];
    for (extra, layout) in sheets {
        let (out, cards) = print(&collector, 9, extra);
        let pdf = out.join("cards.pdf");
        let found: BTreeMap<String, Vec<String>> =
            decode(&["sheets", pdf.to_str().unwrap(), "150", layout]);
        let mut expected: Vec<_> = cards.into_iter().map(|(_, link)| link).collect();
        expected.sort_unstable();
        for (decoder, mut texts) in found {
            texts.sort_unstable();
            assert!(texts == expected, "{decoder}, {extra:?}: {texts:?}");
        }
    }
}

/// The JavaScript package is the same code, compiled to wasm.
#[test]
fn javascript_draws_the_same_code_and_reads_the_same_card() {
    let link = "HTTPS://HCP.YZ.GOV.CN/C/8000018G8CX1GXPB4GBENRF8";
    let package = workspace().join("target/npm/index.js");
    let script = format!(
        "const {{load}} = await import('{}'); const {{qrSvg, parseCard}} = await load();\
         let refused = ''; try {{ qrSvg('x'.repeat(400)) }} catch (error) {{ refused = error.message }}\
         console.log(JSON.stringify([qrSvg('{link}'), parseCard('{}'), parseCard('nonsense') === undefined, refused]))",
        package.display(),
        link.to_lowercase()
    );
    let output = Command::new("node")
        .args(["--input-type=module", "-e", &script])
        .output()
        .expect("node is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let message: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let layout = haochaping::qr::Layout::of(link).unwrap();
    let drawn = haochaping::qr::Matrix::encode(link, layout).unwrap().to_svg();
    assert_eq!(message[0], drawn);
    assert_eq!(message[1], serde_json::json!({"serial": 1, "kind": "agent", "expires": "2028-11"}));
    assert_eq!(message[2], true);
    assert!(message[3].as_str().unwrap().contains("400 characters"), "{}", message[3]);
}
