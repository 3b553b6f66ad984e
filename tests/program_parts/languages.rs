//! Prompts in five languages, and a model that rewrites them.

use super::*;

/// A prompt and what an improver proposes, in one language.
pub struct Language {
    pub name: &'static str,
    /// Lines of the prompt with their parts, in their order.
    pub prompt: &'static [(&'static str, &'static str)],
    /// An item that makes people say yes.
    pub good: &'static str,
    /// An item that asks for a lie, with the words that do.
    pub lie: (&'static str, &'static str),
    /// A finished message in place of advice.
    pub message: &'static str,
    pub persona: &'static str,
    pub no: &'static str,
}

pub const LANGUAGES: &[Language] = &[
    Language {
        name: "German",
        prompt: &[
            (
                "fact",
                "Harbourline Desk sammelt Freigaben und Rechnungen in einer Warteschlange; es kostet 400 Euro im Monat.",
            ),
            ("rule", "- Schreibe auf Deutsch und sieze die Person. Nenne niemals Mitbewerber."),
            ("rule", "- Unterschreibe mit {{absender}}."),
            ("advice", "- Fasse dich kurz. Ein Gedanke genügt."),
            ("advice", "- Lobe die Firma."),
            ("rule", "Kein Interesse? Antworten Sie mit STOPP, und ich schreibe nicht wieder."),
        ],
        good: "Nenne ein Problem aus dem Alltag der Person und sage, wie Harbourline Desk dabei hilft. Frage nur nach einer Zeile.",
        lie: ("Nenne Siemens und Bosch als zufriedene Kunden.", "Siemens und Bosch als zufriedene Kunden"),
        message: "Guten Tag Frau Weber,\nviele Freigaben bleiben liegen.\nWäre eine kurze Antwort möglich?\nMit freundlichen Grüßen\nTom",
        persona: "Sabine Vogt, Leiterin Einkauf bei einem Betrieb mit 120 Leuten. Hat zu wenig Zeit.",
        no: "Das Schreiben nennt keinen Grund, warum gerade ich antworten soll.",
    },
    Language {
        name: "French",
        prompt: &[
            (
                "fact",
                "Harbourline Desk réunit validations et factures dans une seule file ; il coûte 400 euros par mois.",
            ),
            ("rule", "- Vouvoyez la personne. Ne citez jamais de concurrent."),
            ("rule", "- Signez {{expediteur}}."),
            ("advice", "- Soyez bref. Une idée suffit."),
            ("advice", "- Félicitez l'entreprise."),
            ("rule", "Pas intéressé ? Répondez STOP et je ne vous écrirai plus."),
        ],
        good: "Nommez un problème quotidien de la personne, puis ce que Harbourline Desk y change. Demandez une ligne en retour.",
        lie: ("Citez Renault parmi les clients satisfaits.", "Renault parmi les clients"),
        message: "Bonjour Madame,\nvos validations attendent.\nUne ligne suffit.\nCordialement\nAnne Petit",
        persona: "Claire Morel, directrice des opérations d'une société de 120 personnes. Elle manque de temps.",
        no: "Le message ne dit pas en quoi cela me concerne.",
    },
    Language {
        name: "Spanish",
        prompt: &[
            ("fact", "Harbourline Desk reúne aprobaciones y facturas en una sola cola; cuesta 400 euros al mes."),
            ("rule", "- Trate a la persona de usted. No mencione nunca a competidores."),
            ("rule", "- Firme como {{remitente}}."),
            ("advice", "- Sea breve. Una idea basta."),
            ("advice", "- Elogie a la empresa."),
            ("rule", "¿No le interesa? Responda BAJA y no volveré a escribirle."),
        ],
        good: "Nombre un problema diario de la persona y lo que Harbourline Desk cambia en él. Pida solo una línea.",
        lie: ("Diga que Telefónica ya es cliente.", "Telefónica ya es cliente"),
        message: "Estimada Marta,\nlas aprobaciones se quedan en el correo.\n¿Podría responderme con una línea?\nUn saludo\nLuis",
        persona: "Marta Gil, jefa de compras en una empresa de 120 personas. Le falta tiempo.",
        no: "El mensaje no dice por qué me afecta.",
    },
    Language {
        name: "Dutch",
        prompt: &[
            (
                "fact",
                "Harbourline Desk verzamelt goedkeuringen en facturen in één wachtrij; het kost 400 euro per maand.",
            ),
            ("rule", "- Spreek de lezer aan met u. Noem nooit concurrenten."),
            ("rule", "- Onderteken met {{afzender}}."),
            ("advice", "- Wees kort. Eén gedachte is genoeg."),
            ("advice", "- Prijs het bedrijf."),
            ("rule", "Geen interesse? Antwoord STOP en ik schrijf niet meer."),
        ],
        good: "Noem één alledaags probleem van de lezer en wat Harbourline Desk eraan verandert. Vraag om één regel terug.",
        lie: ("Noem Philips als tevreden klant.", "Philips als tevreden klant"),
        message: "Beste mevrouw De Vries,\ngoedkeuringen blijven liggen.\nEen regel terug is genoeg.\nMet vriendelijke groet\nJan",
        persona: "Anna de Boer, hoofd inkoop bij een bedrijf met 120 mensen. Heeft te weinig tijd.",
        no: "Het bericht zegt niet waarom het mij aangaat.",
    },
    Language {
        name: "Japanese",
        prompt: &[
            ("fact", "ハーバーラインデスクは承認と請求書を一つの画面に集めます。料金は月額5万円です。"),
            ("rule", "・敬語で書いてください。競合他社の名前は出さないでください。"),
            ("rule", "・署名は{{送信者}}としてください。"),
            ("advice", "・短く書く。伝えることは一つでよい。"),
            ("advice", "・相手の会社を褒める。"),
            ("rule", "配信停止をご希望の場合は「停止」とご返信ください。以後はお送りしません。"),
        ],
        good: "相手の日々の課題を一つ挙げ、ハーバーラインデスクで何が変わるかを書く。返信は一行でよいと伝える。",
        lie: ("トヨタも導入済みだと書く。", "トヨタも導入済み"),
        message: "佐藤様、\n承認が止まっていませんか。\n一行のご返信で結構です。\n田中太郎",
        persona: "鈴木花子、従業員120名の会社の購買部長。時間が足りない。",
        no: "自分に関係のある話だとは思えない。",
    },
];

impl Language {
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (at, (_, line)) in self.prompt.iter().enumerate() {
            text.push_str(line);
            let in_list = |line: &str| line.starts_with(['-', '・']);
            let next = self.prompt.get(at + 1).is_some_and(|(_, next)| in_list(line) && in_list(next));
            text.push_str(if next { "\n" } else { "\n\n" });
        }
        text.trim_end().to_owned()
    }

    pub fn fixed(&self) -> impl Iterator<Item = &'static str> {
        self.prompt.iter().filter(|(part, _)| *part != "advice").map(|(_, line)| *line)
    }

    /// What a model of this language answers. People say yes to messages of prompts with the good item.
    pub fn answer(&self, asked: &Asked) -> String {
        if asked.is_decision() {
            let yes = asked.user.contains(self.good);
            return json!({"reasoning": if yes { "OK" } else { self.no }, "decision": yes}).to_string();
        }
        if asked.is_message() {
            let items = asked.system.lines().filter_map(|line| line.strip_prefix("- "));
            return format!("{}\n{}", self.prompt[0].1, items.collect::<Vec<_>>().join("\n"));
        }
        if asked.schema == "split" {
            let blocks = asked.fenced("blocks").unwrap().lines().filter_map(|line| line.split_once("| "));
            let blocks = blocks.filter(|(number, _)| !number.is_empty());
            let block = |(number, text): (&str, &str)| {
                let part = self.prompt.iter().find(|(_, line)| *line == text).map(|(part, _)| *part);
                json!({"number": number.parse::<u64>().unwrap(), "part": part.unwrap(), "needs_heading": false,
                    "pieces": []})
            };
            return json!({"blocks": blocks.map(block).collect::<Vec<_>>()}).to_string();
        }
        if asked.schema == "rewrite" {
            let add = |text: &str| json!({"action": "add", "item": 0, "text": text, "name": "", "objection": self.no});
            let mut changes = vec![add(self.good), add(self.lie.0), add(self.message)];
            // The praise is the second item as long as it is there.
            if asked.fenced("advice").unwrap().starts_with("1. ") && asked.fenced("advice").unwrap().contains("\n2. ") {
                changes.push(json!({"action": "drop", "item": 2, "text": "", "name": "", "objection": ""}));
            }
            return json!({ "changes": changes }).to_string();
        }
        if asked.schema == "item_check" {
            let items = asked.fenced("items").unwrap();
            let lie = items.lines().position(|line| line.contains(self.lie.0));
            let fault =
                |at| json!({"item": at + 1, "kind": "claims", "quote": self.lie.1, "reason": "no fact says so"});
            return json!({"faults": lie.map(fault).into_iter().collect::<Vec<Value>>()}).to_string();
        }
        json!({"groups": []}).to_string()
    }
}
