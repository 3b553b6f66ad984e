#![allow(clippy::disallowed_methods, reason = "a test lays out files that are not the program's")]

use super::*;

#[test]
fn a_file_over_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let root = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(root.path());
    let file = FileName::new(Kind::Results, "x").unwrap();
    fs::create_dir(folder.subfolder(Kind::Results)).unwrap();
    fs::write(folder.path(&file), b"123456789").unwrap();
    assert_eq!(folder.read_at_most(&file, 9).unwrap(), b"123456789");
    assert!(matches!(folder.read_at_most(&file, 8), Err(Error::TooLarge { limit: 8, .. })));
}
