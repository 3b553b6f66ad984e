use super::*;
use crate::model::http::{KeyHeader, Plain};

fn hosts(settings: &str) -> Result<Hosts, HostError> {
    Hosts::built_in().with(&toml::from_str::<BTreeMap<String, Entry>>(settings).unwrap())
}

fn nothing(_: &str) -> Option<String> {
    None
}

#[test]
fn every_built_in_host_is_readable_and_has_an_address() {
    let entries: BTreeMap<String, Entry> = toml::from_str(include_str!("../hosts.toml")).unwrap();
    let hosts = Hosts::built_in();
    assert_eq!(hosts.iter().count(), entries.len());
    for host in hosts.iter() {
        let said = |name: &str| name.ends_with("REGION").then(|| "eu-central-1".into());
        let address = host.base_url(|name| said(name).or_else(|| name.contains("RESOURCE").then(|| "contoso".into())));
        let address = address.unwrap();
        assert!(address.starts_with("https://") || host.is_local(), "{address}");
        assert!(!address.contains('{') && host.key_env().is_some(), "{address}");
    }
}

#[test]
fn the_address_of_every_host_of_the_documentation_is_this_one() {
    let address = |name: &str| {
        let said = |variable: &str| match variable {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AZURE_OPENAI_ENDPOINT" => Some("https://contoso.openai.azure.com/".to_owned()),
            "ANTHROPIC_FOUNDRY_RESOURCE" => Some("contoso".to_owned()),
            _ => None,
        };
        Hosts::built_in().get(name).unwrap().base_url(said).unwrap()
    };
    let all: Vec<String> =
        Hosts::built_in().iter().map(|host| format!("{}: {}", host.name, address(&host.name))).collect();
    insta::assert_snapshot!(all.join("\n"), @r"
    anthropic: https://api.anthropic.com
    azure: https://contoso.openai.azure.com/openai/v1
    bedrock: https://bedrock-mantle.us-east-1.api.aws/openai/v1
    bedrock-claude: https://bedrock-mantle.us-east-1.api.aws/anthropic
    deepseek: https://api.deepseek.com/v1
    foundry: https://contoso.services.ai.azure.com/anthropic
    gemini: https://generativelanguage.googleapis.com/v1beta/openai
    groq: https://api.groq.com/openai/v1
    llama-server: http://127.0.0.1:8080/v1
    lmstudio: http://127.0.0.1:1234/v1
    mistral: https://api.mistral.ai/v1
    ollama: http://127.0.0.1:11434/v1
    openai: https://api.openai.com/v1
    openai-ae: https://ae.api.openai.com/v1
    openai-au: https://au.api.openai.com/v1
    openai-decisions: https://api.openai.com/v1
    openai-eu: https://eu.api.openai.com/v1
    openai-in: https://in.api.openai.com/v1
    openai-jp: https://jp.api.openai.com/v1
    openai-us: https://us.api.openai.com/v1
    openrouter: https://openrouter.ai/api/v1
    systemone: http://127.0.0.1:11434
    together: https://api.together.xyz/v1
    vllm: http://127.0.0.1:8000/v1
    ");
}

#[test]
fn the_key_goes_to_a_resource_only_where_its_address_names_one() {
    let address = |given: &str| {
        let said = |variable: &str| (variable == "AZURE_OPENAI_ENDPOINT").then(|| given.to_owned());
        Hosts::built_in().get("azure").unwrap().base_url(said)
    };
    for given in [
        "contoso",
        " https://contoso.openai.azure.com/ ",
        "contoso.openai.azure.com",
        "https://contoso.openai.azure.com:443/openai/deployments/d",
        "https://contoso.cognitiveservices.azure.com",
        "https://contoso.services.ai.azure.com/api/projects/p",
    ] {
        assert_eq!(address(given).unwrap(), "https://contoso.openai.azure.com/openai/v1", "{given}");
    }
    for given in [
        "https://apim.corp.example/openai",
        "https://contoso.openai.azure.us",
        "https://contoso.openai.azure.com.evil.example",
        "https://evil.example/contoso.openai.azure.com",
        "https://contoso@evil.openai.azure.com",
        "http://127.0.0.1:8080",
        "localhost:8080",
    ] {
        let elsewhere = HostError::Elsewhere { host: "azure".into() };
        assert_eq!(address(given).unwrap_err(), elsewhere, "{given}");
    }
}

#[test]
fn a_setting_adds_a_host_and_changes_a_known_one_key_by_key() {
    let hosts = hosts(
        r#"
        [ollama]
        base_url = "http://192.168.1.20:11434/v1"
        allow_http = true
        [gate]
        base_url = "https://gate.example/v1"
        key_env = "GATE_KEY"
        key_header = "api-key"
        query = { api-version = "2024-10-21" }
        [gate-eu]
        like = "gate"
        base_url = "https://eu.gate.example/v1"
        "#,
    )
    .unwrap();
    let ollama = hosts.get("ollama").unwrap();
    assert_eq!(ollama.base_url(nothing).unwrap(), "http://192.168.1.20:11434/v1");
    assert!(ollama.is_local() && ollama.route().plain == Plain::Anywhere);
    let gate = hosts.get("gate-eu").unwrap();
    assert_eq!(
        (gate.base_url(nothing).unwrap().as_str(), gate.key_env()),
        ("https://eu.gate.example/v1", Some("GATE_KEY"))
    );
    assert_eq!(gate.route().query, [("api-version".to_owned(), "2024-10-21".to_owned())]);
    assert_eq!((gate.route().key_header, gate.wire(), gate.is_local()), (Some(KeyHeader::ApiKey), Wire::Chat, false));
    assert_eq!(gate.prices_of(), ("gate", 1.0));
}

#[test]
fn a_host_of_a_region_has_the_prices_of_its_home_and_a_tenth_more() {
    let hosts = Hosts::built_in();
    assert_eq!(hosts.get("openai-jp").unwrap().prices_of(), ("openai", 1.1));
    assert_eq!(hosts.get("openai").unwrap().prices_of(), ("openai", 1.0));
}

#[test]
fn what_is_missing_or_wrong_is_said_in_one_line() {
    let built_in = Hosts::built_in();
    let lines = [
        built_in.get("mistrall").unwrap_err(),
        built_in.get("bedrock").unwrap().base_url(nothing).unwrap_err(),
        built_in.get("azure").unwrap().base_url(nothing).unwrap_err(),
        built_in.get("azure").unwrap().base_url(|_| Some("a b".into())).unwrap_err(),
        hosts("[Gate]\nbase_url = \"https://x\"").unwrap_err(),
        hosts("[market]\nbase_url = \"https://x\"").unwrap_err(),
        hosts("[gate]\nwire = \"chat\"").unwrap_err(),
        hosts("[gate]\nbase_url = \"https://x\"\nkey_env = \"sk-canary\"").unwrap_err(),
        hosts("[gate]\nbase_url = \"https://x\"\nproxy = \"ftp://canary\"").unwrap_err(),
        hosts("[gate]\nlike = \"gate\"").unwrap_err(),
        hosts("[one]\nlike = \"two\"\n[two]\nlike = \"one\"").unwrap_err(),
    ];
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    assert!(lines.iter().all(|line| !line.contains("canary") && !line.contains('\n')), "{lines:?}");
    insta::assert_snapshot!(lines.join("\n"));
}
