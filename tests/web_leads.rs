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

/// The number of a column in the choices for a field.
fn column(page: &str, field: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("id=\"map_{field}\"")).unwrap();
    let choices = rest.split("</select>").next().unwrap();
    let (before, _) = choices.split_once(&format!(">{name}</option>")).unwrap();
    before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

/// What is chosen for a field.
fn chosen(page: &str, field: &str) -> String {
    let (_, rest) = page.split_once(&format!("id=\"map_{field}\"")).unwrap();
    let choices = rest.split("</select>").next().unwrap();
    let (_, rest) = choices.split_once(" selected>").unwrap();
    rest.split("</option>").next().unwrap().to_owned()
}

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

    let title = &column(&shown.text, "title", "Position held");
    let again = pages.post(&preview, &[("do", "preview"), ("map_title", title), ("name", "my name")]).await;
    assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, preview.as_str()));
    let mapped = pages.get(&preview).await.text;
    assert_eq!(chosen(&mapped, "title"), "Position held");
    assert!(mapped.contains("value=\"my name\""), "the name that was typed stays: {mapped}");
    assert!(mapped.contains("value=\"preview\" formnovalidate"), "no name is needed to look again: {mapped}");
    let twice = [("do", "preview"), ("map_title", title), ("map_company", title)];
    let twice = pages.post(&preview, &twice).await;
    assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.text.contains("two fields"), "{}", twice.text);
    assert!(place.files("leads").is_empty(), "nothing is stored");

    place.write("data/leads/taken.jsonl", "");
    let fields = [("do", "import"), ("map_title", title), ("name", "taken")];
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
    let preview = upload(&pages, &format!("who,where\n{}ada@x.example,y\n", "nobody,x\n".repeat(200))).await;
    let shown = pages.get(&preview).await.text;
    assert!(shown.contains("role=\"alert\"") && shown.contains("choose it below"), "{shown}");
    assert!(!shown.contains("--map"), "{shown}");
    let who = column(&shown, "email", "who");
    pages.post(&preview, &[("do", "preview"), ("map_email", &who)]).await;
    let shown = pages.get(&preview).await.text;
    assert!(shown.contains("ada@x.example") && shown.contains("id=\"import\""), "{shown}");
}

#[tokio::test]
async fn a_field_can_be_in_no_column_and_a_column_can_have_a_header_of_any_length() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let long = "x".repeat(100_000);
    let preview = upload(&pages, &format!("email,title,{long},phone\nada@x.example,Dr.,ACME,1\n")).await;
    let shown = pages.get(&preview).await.text;
    assert_eq!((chosen(&shown, "title").as_str(), chosen(&shown, "company").as_str()), ("title", "Not in this file"));
    let number: usize = column(&shown, "company", "phone").parse().unwrap();
    let fields = [("do", "preview"), ("map_title", ""), ("map_company", &(number - 1).to_string())];
    assert_eq!(pages.post(&preview, &fields).await.status, StatusCode::SEE_OTHER);
    let shown = pages.get(&preview).await.text;
    assert_eq!(chosen(&shown, "title"), "Not in this file");
    assert!(chosen(&shown, "company").starts_with("xxx"), "{}", chosen(&shown, "company"));
    pages.post(&preview, &[("do", "import"), ("name", "spring"), fields[1], fields[2]]).await;
    let stored = std::fs::read_to_string(place.data().join("leads/spring.jsonl")).unwrap();
    assert!(stored.contains("\"company\":\"ACME\"") && stored.contains("\"columns\":{\"title\":\"Dr.\""), "{stored}");
}

#[tokio::test]
async fn a_file_without_a_column_of_addresses_shows_what_was_recognised_and_lets_go_of_it() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let preview = upload(&pages, "who,title,Do Not Call\nada,Dr.,\n").await;
    let shown = pages.get(&preview).await.text;
    assert!(shown.contains("role=\"alert\"") && shown.contains("choose it below"), "{shown}");
    assert_eq!((chosen(&shown, "email").as_str(), chosen(&shown, "title").as_str()), ("Not in this file", "title"));
    pages.post(&preview, &[("do", "preview"), ("map_email", ""), ("map_title", "")]).await;
    let shown = pages.get(&preview).await.text;
    assert_eq!(chosen(&shown, "title"), "Not in this file");
}

#[tokio::test]
async fn who_a_column_leaves_out_stays_left_out_where_no_other_column_is_chosen() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    let preview = upload(&pages, LEADS).await;
    assert_eq!(chosen(&pages.get(&preview).await.text, "do_not_contact"), "As recognised: Do Not Call");
    pages.post(&preview, &[("do", "preview"), ("map_do_not_contact", "")]).await;
    let shown = pages.get(&preview).await.text;
    assert!(shown.contains("<dt>May not be written to</dt><dd><strong>1<"), "{shown}");
}

/// A request whose file never comes.
fn unending(length: usize) -> Request<Body> {
    let body = Body::from_stream(futures::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
    let request = Request::post("/leads/upload")
        .header("host", "localhost:7070")
        .header("origin", "http://localhost:7070")
        .header("content-length", length)
        .header("content-type", "multipart/form-data; boundary=xYz");
    request.body(body).unwrap()
}

#[tokio::test]
async fn only_two_files_are_received_at_once() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    {
        let (one, two) = (pages.send(unending(1_000)), pages.send(unending(1_000)));
        tokio::pin!(one, two);
        // In this order: the first two have their places before the third comes.
        let third = tokio::select! {
            biased;
            _ = &mut one => panic!("its file never comes"),
            _ = &mut two => panic!("its file never comes"),
            third = send(&pages, &pages.csrf, LEADS.as_bytes()) => third,
        };
        assert_eq!(third.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(third.text.contains("Other files are being received. Wait a moment"), "{}", third.text);
    }
    // Whoever goes away gives the place back, and so does whose file has come.
    for _ in 0..3 {
        upload(&pages, LEADS).await;
    }
}

/// A campaign of so many leads, written for a lineage.
fn campaign(leads: usize) -> String {
    let header = serde_json::json!({
        "schema_version": 1, "name": "spring", "leads": "spring", "lineage": "offer.json", "version": 1,
        "created_at": "2026-11-30T00:00:00", "simulated": false, "steps": 1, "generator": "m", "run": "r",
        "arms": [{"name": "a", "prompt": "Offer"}], "partial": false,
    });
    let mut text = format!("{header}\n");
    for lead in 0..leads {
        let step = serde_json::json!({"number": 1, "subject": "Zo\u{eb}", "body": "Hello"});
        let written = serde_json::json!({
            "lead": format!("l_{lead}"), "email": format!("lead{lead}@x.example"), "arm": "a", "persona": "p",
            "steps": [step],
        });
        text.push_str(&format!("{written}\n"));
    }
    text
}

#[tokio::test]
async fn a_damaged_file_of_replies_or_of_a_calibration_takes_only_its_part_of_the_page_away() {
    let place = Place::empty();
    place.write("data/campaigns/spring.jsonl", &campaign(1));
    place.write("data/replies/spring.jsonl", "{\"lead\": 1\n");
    place.write("data/calibrations/offer.json", "{");
    let page = pages_of(&place).get("/campaigns/spring").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for words in ["lead0@x.example", "/campaigns/spring/instantly.csv", "spring.jsonl", "offer.json"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert_eq!(page.text.matches("class=\"problem\"").count(), 2, "{}", page.text);
}

fn pages_of(place: &Place) -> Pages {
    Pages::of(&place.data())
}

#[tokio::test]
async fn a_large_campaign_is_read_no_further_than_the_page_that_is_shown() {
    let place = Place::empty();
    // What follows would be a fault if anybody read it.
    place.write("data/campaigns/spring.jsonl", &format!("{}{}", campaign(21), "x".repeat(64 << 20)));
    let pages = pages_of(&place);
    let first = pages.get("/campaigns/spring").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert!(first.text.contains("lead9@x.example") && !first.text.contains("lead10@x.example"));
    assert!(first.text.contains("not counted here") && first.text.contains("id=\"next\""), "{}", first.text);
    let second = pages.get("/campaigns/spring?page=2").await.text;
    assert!(second.contains("lead10@x.example") && second.contains("lead19@x.example"), "{second}");
    assert!(second.contains("id=\"previous\"") && second.contains("id=\"next\""), "{second}");
    assert!(!pages.get("/campaigns/spring?page=3").await.status.is_success(), "here it has to be read");
}

#[tokio::test]
async fn a_page_of_a_campaign_that_is_not_there_is_the_last_one() {
    let place = Place::empty();
    place.write("data/campaigns/spring.jsonl", &campaign(20));
    for asked in ["2", "3", "99999999999"] {
        let page = pages_of(&place).get(&format!("/campaigns/spring?page={asked}")).await.text;
        assert!(page.contains("Page 2 of 2") && page.contains("Written to 20 leads"), "{asked}: {page}");
        assert!(page.contains("lead10@x.example") && page.contains("lead19@x.example"), "{asked}: {page}");
        assert!(!page.contains("lead9@x.example"), "{asked}: {page}");
    }
}

#[tokio::test]
async fn a_file_without_the_secret_too_large_empty_or_no_table_is_refused_in_plain_words() {
    let place = Place::empty();
    let pages = Pages::of(&place.data());
    assert_eq!(send(&pages, "0123456789abcdef", LEADS.as_bytes()).await.status, StatusCode::FORBIDDEN);
    let large = send(&pages, &pages.csrf, &vec![b'x'; 33 << 20]).await;
    assert!(large.status == StatusCode::PAYLOAD_TOO_LARGE && large.text.contains("32 MB"), "{}", large.text);
    // Who says that much is coming is refused before anything of it has come.
    let said = pages.send(unending(33 << 20)).await;
    assert!(said.status == StatusCode::PAYLOAD_TOO_LARGE && said.text.contains("32 MB"), "{}", said.text);
    let wide = upload(&pages, &format!("email{}\nada@x.example\n", ",a".repeat(200_000))).await;
    let wide = pages.get(&wide).await.text;
    assert!(wide.contains("more than 2,000 columns") && wide.contains("No columns could be read"), "{wide}");
    assert_eq!(send(&pages, &pages.csrf, b"").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let preview = upload(&pages, "a,b\n\"never closed").await;
    let shown = pages.get(&preview).await.text;
    // Below it is said where the data is.
    let (shown, _) = shown.split_once("<footer").unwrap();
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
    assert!(page.text.contains("href=\"/campaigns/spring/excel.csv\">Download for Excel<"), "{}", page.text);
    let excel = pages.get("/campaigns/spring/excel.csv").await.text;
    place.ok(&["export", "spring", "--for", "csv", "--excel", "-o", "excel.csv"]);
    assert!(excel.starts_with('\u{feff}'), "{excel}");
    assert_eq!(excel, std::fs::read_to_string(place.root().join("excel.csv")).unwrap());
    place.ok(&["leads", "suppress", "ada@x.example"]);
    let left = pages.get("/campaigns/spring/instantly.csv").await.text;
    assert!(!left.contains("ada@x.example") && left.contains("bob@y.example"), "{left}");
    assert!(pages.get("/campaigns/spring").await.text.contains("must not be contacted: left out of downloads"));

    place.write("replies.csv", "email,step,replied\nbob@y.example,1,yes\nada@x.example,1,no\n");
    place.ok(&["replies", "import", "replies.csv", "--from", "csv", "--campaign", "spring"]);
    let page = pages.get("/campaigns/spring").await.text;
    assert!(page.contains("<strong>1 of 2</strong> people who got a message replied"), "{page}");
    for path in ["/campaigns/..%2F..%2Fsecret", "/campaigns/spring/evil.csv", "/campaigns/nothing"] {
        assert!(pages.get(path).await.status.is_client_error(), "{path}");
    }
}
