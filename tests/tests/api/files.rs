//! Files beside an order: told by their content, kept apart from pages, and seen by those who see
//! the order.

use haochaping_tests::{Answer, Collector, Http, PASSWORD, Staff, try_sign_in};

use crate::{bad, rate};

const AGENCY: &str = "11321000014216389W";

/// A picture by its form, with these bytes where its lines would be.
fn png(lines: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], data: &[u8]| {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        let named = [kind, data].concat();
        [&length[..], &named, &crc(&named).to_be_bytes()].concat()
    };
    let head = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &chunk(b"IHDR", &head),
        &chunk(b"IDAT", lines),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

/// The check sum of PNG's chunks (ISO 3309).
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

fn handler(collector: &Collector, name: &str, region: &str) -> Staff {
    Staff::new(collector, name, &["--role", "handler", "--agency", AGENCY, "--region", region])
}

fn upload(staff: &Staff, order: &str, csrf: &str, name: &str, content: &[u8]) -> Answer {
    let mut body = Vec::new();
    body.extend(
        format!("--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").bytes(),
    );
    let head = "content-disposition: form-data; name=\"file\"; filename=";
    body.extend(format!("--x\r\n{head}\"{name}\"\r\ncontent-type: image/png\r\n\r\n").bytes());
    body.extend(content);
    body.extend(b"\r\n--x--\r\n");
    let http = staff.http.header("content-type", "multipart/form-data; boundary=x");
    http.send("POST", &format!("{}{order}/files", staff.origin), Some(&body))
}

fn links(page: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.contains("/files/")).map(str::to_owned).collect()
}

#[test]
fn a_picture_is_kept_by_its_content_and_handed_out_to_be_saved() {
    let collector = Collector::start(&[]);
    rate(&collector, &bad(&collector.register(1)[0]));
    let staff = handler(&collector, "wang-1", "321000");
    let (order, csrf) = (staff.orders(1).remove(0), staff.csrf());
    let large = png(&vec![7; 4 * 1024 * 1024]);
    assert_eq!(upload(&staff, &order, &csrf, "../../窗口照片.html", &large).status, 303);
    assert_eq!(
        upload(&staff, &order, &csrf, "same.png", &large).status,
        303,
        "the same again is one"
    );
    let links = links(staff.get(&order).text());
    assert_eq!(links.len(), 1, "{links:?}");
    assert!(staff.get(&order).text().contains("窗口照片.png"), "the end that the content has");
    let file = staff.get(&links[0]);
    assert_eq!((file.status, file.body == large), (200, true));
    assert_eq!(file.header("content-type"), "image/png");
    assert!(
        file.header("content-disposition").starts_with("attachment; filename*=UTF-8''%E7%AA%97")
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.header("content-security-policy").contains("sandbox"));
    let elsewhere = handler(&collector, "wang-2", "320100");
    assert_eq!(elsewhere.get(&links[0]).status, 404);
    assert_eq!(upload(&elsewhere, &order, &elsewhere.csrf(), "a.png", &png(b"x")).status, 404);
    for path in ["files/..%2f..%2fmaster.key", "files/..%2F..%2F..%2Fetc%2Fpasswd", "files/"] {
        let answer = staff.get(&format!("{order}/{path}"));
        assert_eq!(answer.status, 404, "{path}");
    }
    assert!(
        !collector.stored_bytes().windows(64).any(|window| window == [7; 64]),
        "encrypted at rest"
    );
}

#[test]
fn what_is_no_picture_or_too_large_or_another_pages_is_refused() {
    let collector = Collector::start(&[]);
    rate(&collector, &bad(&collector.register(1)[0]));
    let staff = handler(&collector, "wang-1", "321000");
    let (order, csrf) = (staff.orders(1).remove(0), staff.csrf());
    for (name, content, message) in [
        ("a.png", &b"<html><script>alert(1)</script>"[..], "只能上传图片"),
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "只能上传图片"),
        ("a.exe", b"MZ\x90\0made up", "只能上传图片"),
        ("a.png", b"", "请选择文件"),
    ] {
        let answer = upload(&staff, &order, &csrf, name, content);
        assert!(
            answer.status == 422 && answer.text().contains(message),
            "{name}: {}",
            answer.status
        );
    }
    let huge = png(&vec![0; 5 * 1024 * 1024]);
    let answer = upload(&staff, &order, &csrf, "a.png", &huge);
    assert!(answer.status == 422 && answer.text().contains("文件太大"), "{}", answer.status);
    assert_eq!(upload(&staff, &order, "another", "a.png", &png(b"x")).status, 403);
    let cookie = try_sign_in(&staff.origin, "wang-1", PASSWORD).header("set-cookie");
    let from = |origin: &str| {
        let http = Http::new()
            .header("cookie", cookie.split(';').next().unwrap())
            .header("origin", origin);
        Staff { http, ..staff.clone() }
    };
    let csrf_too = from(&staff.origin).csrf();
    assert_eq!(
        upload(&from("https://evil.example"), &order, &csrf_too, "a.png", &png(b"x")).status,
        403
    );
    assert!(links(staff.get(&order).text()).is_empty());
    assert_eq!(
        try_sign_in(&collector.url(), "wang-1", PASSWORD).status,
        303,
        "the collector goes on"
    );
    for n in 0..21 {
        let content = png(&[n]);
        let expected = if n < 20 { 303 } else { 422 };
        assert_eq!(upload(&staff, &order, &csrf, "a.png", &content).status, expected, "file {n}");
    }
}
