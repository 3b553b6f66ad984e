//! From a file of leads to the file of a sending tool, on the dashboard's pages.

#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use program::Place;
use site::{Answer, Pages};

const LEADS: &str = "Vorname,Position held,E-Mail,Do Not Call\n\
    Ada,CTO,ada@x.example,\nBob,<b>Boss</b>,bob@y.example,\nCleo,CFO,cleo@z.example,true\n\
    Ada again,CTO,ADA@x.example,\nNobody,CEO,,\n";

async fn send(pages: &Pages, csrf: &str, file: &[u8]) -> Answer {
    let mut body =
        format!("--xYz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--xYz\r\n").into_bytes();
    body.extend_from_slice(b"Content-Disposition: form-data; name=\"file\"; filename=\"spring.csv\"\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--xYz--\r\n");
    let request = Request::post("/leads/upload")
        .header("host", "localhost:7070")
        .header("origin", "http://localhost:7070")
        .header("content-type", "multipart/form-data; boundary=xYz");
    pages.send(request.body(Body::from(body)).unwrap()).await
}

async fn upload(pages: &Pages, file: &str) -> String {
    let answer = send(pages, &pages.csrf, file.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn a_file_is_previewed_mapped_and_imported_and_nothing_is_stored_before() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let preview = upload(&pages, LEADS).await;
    assert!(!preview.contains("spring") && !preview.contains("example"), "nothing personal in {preview}");
    let shown = pages.get(&preview).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    for words in ["ada@x.example", "<dt>Duplicates</dt><dd><strong>1<", "<dt>Without an address</dt><dd><strong>1<"] {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    assert!(shown.text.contains("<dt>May be written to</dt><dd><strong>2<"), "{}", shown.text);
    assert!(shown.text.contains("<dt>May not be written to</dt><dd><strong>1<"), "{}", shown.text);
    assert!(!shown.text.contains("<b>Boss") && shown.text.contains("&lt;b&gt;Boss"), "{}", shown.text);
    assert!(!shown.text.contains("cleo@z.example"), "who may not be written to is no example");

    let again = pages.post(&preview, &[("do", "preview"), ("map_title", "Position held")]).await;
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, preview.as_str()));
    let mapped = pages.get(&preview).await.text;
    let title = mapped.split("id=\"map_title\"").nth(1).unwrap().split("</select>").next().unwrap();
    assert!(title.contains("<option value=\"Position held\" selected>"), "{title}");
    let twice = [("do", "preview"), ("map_title", "Position held"), ("map_company", "Position held")];
    let twice = pages.post(&preview, &twice).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.text.contains("two fields"), "{}", twice.text);
    assert!(place.files("leads").is_empty(), "nothing is stored");

    place.write("data/leads/taken.jsonl", "");
    let fields = [("do", "import"), ("map_title", "Position held"), ("name", "taken")];
    let taken = pages.post(&preview, &fields).await;
    assert!(taken.status == StatusCode::CONFLICT && taken.text.contains("a list of that name"), "{}", taken.text);
    let outside = pages.post(&preview, &[("do", "import"), ("name", "../evil")]).await;
    assert_eq!(outside.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = pages.post(&preview, &[fields[0], fields[1], ("name", "spring")]).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/leads?imported=spring"));
    let list = pages.get("/leads?imported=spring").await.text;
    assert!(
        list.contains("id=\"imported\"") && list.contains("<td class=\"number\" data-label=\"Leads\">3<"),
        "{list}"
    );
    assert!(list.contains("data-label=\"Left out\">1 "), "{list}");
    let stored = std::fs::read_to_string(place.data().join("leads/spring.jsonl")).unwrap();
    assert!(stored.contains("\"title\":\"CTO\""), "{stored}");
    assert_eq!(pages.get(&preview).await.status, StatusCode::NOT_FOUND, "the file is forgotten");
    assert!(pages.get("/evaluate").await.text.contains("<option value=\"leads/spring\""), "they can be evaluated");
}

#[tokio::test]
async fn a_column_of_addresses_that_nobody_knows_can_be_chosen() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let preview = upload(&pages, "who,where\nnobody,x\nada@x.example,y\n").await;
    let shown = pages.get(&preview).await.text;
    if shown.contains("role=\"alert\"") {
        assert!(shown.contains("below") && !shown.contains("--map") && !shown.contains("/tmp"), "{shown}");
    }
    pages.post(&preview, &[("do", "preview"), ("map_email", "who")]).await;
    let shown = pages.get(&preview).await.text;
    assert!(shown.contains("ada@x.example") && shown.contains("id=\"import\""), "{shown}");
}

#[tokio::test]
async fn a_file_without_the_secret_too_large_empty_or_no_table_is_refused_in_plain_words() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    assert_eq!(send(&pages, "0123456789abcdef", LEADS.as_bytes()).await.status, StatusCode::FORBIDDEN);
    let large = send(&pages, &pages.csrf, &vec![b'x'; 33 << 20]).await;
    assert!(large.status == StatusCode::PAYLOAD_TOO_LARGE && large.text.contains("32 MB"), "{}", large.text);
    assert_eq!(send(&pages, &pages.csrf, b"").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let preview = upload(&pages, "a,b\n\"never closed").await;
    let shown = pages.get(&preview).await.text;
    assert!(shown.contains("role=\"alert\"") && shown.contains("spring.csv") && !shown.contains("/tmp"), "{shown}");
    assert!(!shown.contains("id=\"import\""));
    // A file is taken there only.
    let elsewhere =
        Request::post("/prompts").header("host", "localhost:7070").header("origin", "http://localhost:7070");
    let elsewhere = elsewhere.header("content-type", "multipart/form-data; boundary=xYz").body(Body::from("--xYz--"));
    assert_eq!(pages.send(elsewhere.unwrap()).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let locked =
        Pages::with(&place.data(), rejoinder::web::guard::Names::default(), Some("correct-horse-battery-staple"));
    for path in ["/leads", "/campaigns", "/campaigns/spring/instantly.csv", "/leads/preview/x"] {
        assert_eq!(locked.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(send(&locked, &locked.csrf, LEADS.as_bytes()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_campaign_is_shown_and_downloaded_as_the_command_exports_it_without_who_may_not_be_written_to() {
    let place = Place::empty();
    place.write("spring.csv", LEADS);
    place.ok(&["leads", "import", "spring.csv", "--name", "spring"]);
    place.ok(&["write", "--leads", "spring", "--steps", "2", "--model", "market"]);
    let pages = Pages::of(&place.data());
    let list = pages.get("/campaigns").await.text;
    assert!(list.contains("href=\"/campaigns/spring\"") && list.contains("written to 2 leads"), "{list}");
    let page = pages.get("/campaigns/spring").await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    for words in ["ada@x.example", "Step 2", "simulated", "None imported yet", "rejoinder lint spring"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("<b>Boss"), "{}", page.text);
    for (form, tool) in
        [("instantly", "instantly"), ("smartlead", "smartlead"), ("lemlist", "lemlist"), ("messages", "csv")]
    {
        let given = pages.get(&format!("/campaigns/spring/{form}.csv")).await;
        assert_eq!((given.status, given.header("cache-control")), (StatusCode::OK, "no-store"));
        assert!(given.header("content-disposition").contains(&format!("spring-{form}.csv")));
        let file = format!("{tool}.csv");
        place.ok(&["export", "spring", "--for", tool, "-o", &file]);
        assert_eq!(given.text, std::fs::read_to_string(place.root().join(file)).unwrap(), "{tool}");
    }
    place.ok(&["leads", "suppress", "ada@x.example"]);
    let left = pages.get("/campaigns/spring/instantly.csv").await.text;
    assert!(!left.contains("ada@x.example") && left.contains("bob@y.example"), "{left}");
    assert!(pages.get("/campaigns/spring").await.text.contains("may not be written to: in no download"));

    place.write("replies.csv", "email,step,replied\nbob@y.example,1,yes\nada@x.example,1,no\n");
    place.ok(&["replies", "import", "replies.csv", "--from", "csv", "--campaign", "spring"]);
    let page = pages.get("/campaigns/spring").await.text;
    assert!(page.contains("<strong>1 of 2</strong> people who got a message replied"), "{page}");
    for path in ["/campaigns/..%2F..%2Fsecret", "/campaigns/spring/evil.csv", "/campaigns/nothing"] {
        assert!(pages.get(path).await.status.is_client_error(), "{path}");
    }
}
