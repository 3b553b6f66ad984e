#![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

use proptest::prelude::*;

use super::*;

fn decoded(bytes: &[u8]) -> (String, String) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("x.csv");
    std::fs::write(&path, bytes).unwrap();
    let encoding = detect(&path, &mut std::fs::File::open(&path).unwrap()).unwrap();
    let mut text = String::new();
    Utf8Reader::new(std::fs::File::open(&path).unwrap(), &encoding).read_to_string(&mut text).unwrap();
    assert_eq!(read_text(&path).unwrap(), text);
    (text, encoding.to_string())
}

fn utf16(text: &str, is_little: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn encodings_are_found_and_read() {
    let text = "Name;Stadt\r\nZoë Müller;Köln\r\n";
    assert_eq!(decoded(text.as_bytes()), (text.into(), "UTF-8".into()));
    assert_eq!(decoded(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).0, text);
    assert_eq!(decoded(&WINDOWS_1252.encode(text).0), (text.into(), "Windows-1252".into()));
    for is_little in [true, false] {
        let bytes = utf16(text, is_little);
        let name = if is_little { "UTF-16LE" } else { "UTF-16BE" };
        assert_eq!(decoded(&bytes), (text.into(), name.into()));
        assert_eq!(decoded(&utf16(&format!("\u{feff}{text}"), is_little)), (text.into(), name.into()));
    }
    let russian = "Имя;Город\nИван Петров;Москва\nМария Сидорова;Новосибирск\n";
    assert_eq!(decoded(&encoding_rs::WINDOWS_1251.encode(russian).0).0, russian);
}

#[test]
fn a_file_of_two_encodings_is_read_in_both() {
    let mut bytes = "Zoë,Jürgen,Œuvre\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"Andr\xe9,K\xf6ln\n");
    assert_eq!(decoded(&bytes), ("Zoë,Jürgen,Œuvre\nAndré,Köln\n".into(), "UTF-8 with 2 bytes of Windows-1252".into()));
}

#[test]
fn two_lists_of_one_size_in_two_encodings_are_read_in_both_and_a_list_in_one_is_not() {
    let text = "Jürgen,Köln\nZoë,Bötzingen\n";
    let mixed = [text.as_bytes(), &WINDOWS_1252.encode(&format!("{text}Öhler,Ömer")).0].concat();
    let (read, encoding) = decoded(&mixed);
    assert_eq!(read, format!("{text}{text}Öhler,Ömer"));
    assert_eq!(encoding, "UTF-8 with 6 bytes of Windows-1252");
    for (encoding, text) in [
        (encoding_rs::KOI8_R, "Имя;Город\nАлёна Ежова;её город Королёв\nПётр Зелёный;Орёл и весь её край\n"),
        (encoding_rs::WINDOWS_1251, "Имя;Город\nАлёна «Ежова»;Королёв\nПётр Зелёный;Орёл и весь её край\n"),
        (encoding_rs::SHIFT_JIS, "名前,会社\n田中太郎,株式会社東京製粉所\n鈴木花子,大阪パン工房\n"),
        (encoding_rs::GBK, "姓名,公司\n王小明,北京面粉有限公司\n李华,上海面包厂\n"),
        (encoding_rs::WINDOWS_1250, "Jméno;Město\nŽofie Čížková;Plzeň\nJiří Dvořák;Příbram\nŁukasz Żak;Łódź\n"),
    ] {
        assert_eq!(decoded(&encoding.encode(text).0).0, text, "{}", encoding.name());
    }
}

#[test]
fn zeros_in_a_text_are_dropped() {
    assert_eq!(decoded(b"email,name,notes and more\na@b.com\0,Ada\0\0,the rest of the line\n").0, {
        "email,name,notes and more\na@b.com,Ada,the rest of the line\n"
    });
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("leads.xlsx");
    std::fs::write(&path, b"PK\x03\x04rest").unwrap();
    assert!(
        detect(&path, &mut std::fs::File::open(&path).unwrap())
            .unwrap_err()
            .to_string()
            .contains("a spreadsheet or another ZIP archive, not text")
    );
}

proptest! {
    #[test]
    fn a_text_is_the_same_wherever_blocks_end(start in 0_usize..8, unit in "[a-zé€😀]{1,5}", mark: bool) {
        let text = format!("{}{}", "x".repeat(start), unit.repeat(2 * BLOCK / unit.len()));
        let marked = format!("{}{text}", if mark { "\u{feff}" } else { "" });
        prop_assert!(decoded(marked.as_bytes()).0 == text);
        let wide = utf16(&format!("\u{feff}{text}"), true);
        prop_assert!(decoded(&wide).0 == text);
    }
}
