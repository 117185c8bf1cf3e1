use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use haochaping::link::{Card, CardKind, ExpiryMonth, KeyId, KeyRing, MacKey, card_url};
use haochaping_cards::face::Face;
use haochaping_tests::{roster, workspace};

const HOST: &str = "hcp.yz.gov.cn";

/// Made-up agents of real villages, with links signed by a key of no secret.
pub(crate) fn faces(n: usize) -> Vec<Face> {
    let id = KeyId::new(0).expect("a small number");
    let ring =
        KeyRing::new(BTreeMap::from([(id, MacKey::new([1; 32]))]), id).expect("the key is in it");
    let expires = ExpiryMonth::new(2028, 11).expect("a month");
    let face = |(serial, agent): (u32, roster::Agent)| {
        let token = Card { serial, kind: CardKind::Agent, expires }.mint(&ring, HOST);
        let places: Vec<&str> = agent.village.split(' ').collect();
        Face {
            line: u64::from(serial) + 1,
            kind: CardKind::Agent,
            name: agent.name,
            number: agent.number,
            place: places[0].to_owned(),
            around: format!("{} {}", places[2], places[1]),
            scope: Some("社保、医保、老年证代办".to_owned()),
            phone: None,
            agency: "扬州市示例代办中心".to_owned(),
            link: card_url(&format!("https://{HOST}"), &token, false),
            issued: "2026-11".to_owned(),
            expires: "2028-11".to_owned(),
            portrait: None,
        }
    };
    (1..).zip(roster::agents(n)).map(face).collect()
}

/// The same for the peer.
pub(crate) fn write_csv(to: &Path, faces: &[Face]) {
    let mut out = BufWriter::new(File::create(to).expect("a file"));
    writeln!(out, "name,number,place,around,link").expect("it is written");
    for Face { name, number, place, around, link, .. } in faces {
        writeln!(out, "{name},{number},{place},{around},{link}").expect("it is written");
    }
    out.flush().expect("it is written");
}

/// Regular and bold of a TrueType font, which reportlab reads too.
pub(crate) fn fonts() -> (PathBuf, PathBuf) {
    let folder = workspace().join("tests/bench/node_modules/@expo-google-fonts/noto-sans-sc");
    (
        folder.join("400Regular/NotoSansSC_400Regular.ttf"),
        folder.join("700Bold/NotoSansSC_700Bold.ttf"),
    )
}
