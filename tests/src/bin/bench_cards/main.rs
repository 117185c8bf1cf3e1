//! `cargo xtask bench cards`: what a city's cards cost, against bare encoding of the same links and
//! against segno with reportlab on the same texts and fonts, in one run.

#![expect(clippy::print_stdout, reason = "a table is what is asked for")]

mod child;
mod faces;

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::Stdio,
};

use child::{Cost, measure};
use faces::{faces, fonts};
use haochaping::qr::{Layout, Matrix};
use haochaping_cards::{Batch, face::Wording, font::FontFiles, pdf, sheet::Sheet};
use haochaping_tests::{
    goals::{Goals, arguments, is_short},
    workspace,
};
use qrcode::{EcLevel, QrCode, Version, bits::Bits};

/// The cards of the facts, and a large number.
const CITY: usize = 1_381;
const MANY: usize = 100_000;
const MANY_SHORT: usize = 20_000;

fn main() {
    let args = arguments();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(),
        ["bare", n] => faces(number(n)).iter().for_each(|face| encode_bare(&face.link)),
        ["faces", n] => drop(faces(number(n))),
        ["matrix", n] => faces(number(n)).iter().for_each(|face| {
            Matrix::encode(&face.link, Layout::of(&face.link).expect("it fits")).expect("it fits");
        }),
        ["ours", n, which, out] => ours(number(n), which == "system", Path::new(out)),
        _ => panic!("this is run by `cargo xtask bench cards`"),
    }
}

/// The crate as it comes: one alphanumeric segment, version 4, H. (Left to split a link by itself,
/// it needs version 5.)
fn encode_bare(link: &str) {
    let mut bits = Bits::new(Version::Normal(4));
    bits.push_alphanumeric_data(link.as_bytes()).expect("it fits");
    bits.push_terminator(EcLevel::H).expect("it fits");
    QrCode::with_bits(bits, EcLevel::H).expect("it fits");
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn ours(n: usize, is_system: bool, out: &Path) {
    let (regular, bold) = fonts();
    let files = if is_system {
        FontFiles::find(None, None)
    } else {
        FontFiles::find(Some(&regular), Some(&bold))
    };
    let (faces, wording) = (faces(n), Wording::default());
    let layout = Layout::of(&faces[0].link).expect("it fits");
    let batch =
        Batch { faces: &faces, wording: &wording, sheet: Sheet::A4Ten, layout, has_back: false };
    let file = BufWriter::new(File::create(out).expect("it can be written"));
    pdf::write(file, &batch, &files.expect("there is a font"), &|_| {}).expect("it is printed");
}

/// The best of three: other work on the machine only adds.
fn best(run: impl Fn() -> Cost) -> Cost {
    (0..3).map(|_| run()).min_by(|a, b| a.cpu.total_cmp(&b.cpu)).expect("it ran")
}

fn compare() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let csv = path("cards.csv");
    faces::write_csv(&csv, &faces(CITY));
    let own = std::env::current_exe().expect("it runs");
    let city = CITY.to_string();
    let me = |args: &[&str]| measure(&own, args, Stdio::null());
    let text = |path: &PathBuf| path.to_str().expect("plain").to_owned();

    println!("{CITY} cards on A4; CPU in seconds over all cores, memory at its peak");
    // Making links and texts is no part of printing.
    let made = best(|| me(&["faces", &city]));
    let less = |cost: Cost| Cost { cpu: (cost.cpu - made.cpu).max(0.001), ..cost };
    let bare = less(best(|| me(&["bare", &city])));
    let (system, plain) = (text(&path("system.pdf")), text(&path("plain.pdf")));
    let with_system = less(best(|| me(&["ours", &city, "system", &system])));
    let with_plain = less(best(|| me(&["ours", &city, "plain", &plain])));
    let peer_pdf = text(&path("peer.pdf"));
    let (regular, bold) = fonts();
    let python = workspace().join("target/venv/bin/python");
    let peer = text(&workspace().join("tests/bench/peer.py"));
    let sheets = [peer.as_str(), "sheets", &text(&csv), &text(&regular), &text(&bold), &peer_pdf]
        .map(str::to_owned);
    let sheets: Vec<&str> = sheets.iter().map(String::as_str).collect();
    let by_peer = best(|| measure(&python, &sheets, Stdio::null()));
    let size = |pdf: &str| std::fs::metadata(pdf).expect("it was written").len();
    row("bare qrcode encoding", bare, None);
    row("ours, Noto Sans CJK", with_system, Some(size(&system)));
    row("ours, Noto Sans SC", with_plain, Some(size(&plain)));
    row("segno + reportlab, Noto Sans SC", by_peer, Some(size(&peer_pdf)));
    let many = path("many.pdf");
    let n_many = if is_short() { MANY_SHORT } else { MANY };
    let large = me(&["ours", &n_many.to_string(), "system", &text(&many)]);
    row(&format!("ours, {n_many} cards"), large, Some(size(&text(&many))));

    println!("\ncodes per CPU second, version 4 H");
    let lines = path("links.txt");
    let mut out = BufWriter::new(File::create(&lines).expect("a file"));
    for face in faces(CITY) {
        writeln!(out, "{}", face.link).expect("it is written");
    }
    out.flush().expect("it is written");
    let c = workspace().join("target/bench-qrencode");
    let by_c = best(|| measure(&c, &[], File::open(&lines).expect("it is there").into()));
    let by_segno = best(|| measure(&python, &[&peer, "codes", &text(&csv)], Stdio::null()));
    let ours = less(best(|| me(&["matrix", &city])));
    for (name, cost) in [
        ("libqrencode", by_c),
        ("qrcode, bare", bare),
        ("ours", ours),
        ("segno, with its start", by_segno),
    ] {
        println!("{name:<34} {:>9.0}", f64::from(u32::try_from(CITY).expect("small")) / cost.cpu);
    }

    let mut goals = Goals::default();
    goals.at_most("cards: ours ÷ bare encoding, CPU", with_system.cpu / bare.cpu, 1.5);
    goals.at_least(
        "cards: segno with reportlab ÷ ours, same fonts, CPU",
        by_peer.cpu / with_plain.cpu,
        8.0,
    );
    goals.at_most("cards: PDF of a city, MB", mega(size(&system)), 2.0);
    goals.at_most("cards: peak of a city, MB", mega(with_system.peak), 64.0);
    goals.at_most(format!("cards: peak of {n_many} cards, MB"), mega(large.peak), 128.0);
    print!("{}", goals.report());
}

#[expect(clippy::cast_precision_loss, reason = "for a table")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn row(name: &str, cost: Cost, size: Option<u64>) {
    let size = size.map_or(String::new(), |size| format!("{:>9.2} MB PDF", mega(size)));
    println!("{name:<34} {:>7.2} s CPU {:>8.1} MB {size}", cost.cpu, mega(cost.peak));
}
