#!/usr/bin/env python3
"""Makes dev_script.jsonl, held_script.jsonl and last_script.jsonl: messages put together of sentences, half of them with
a lie.

The lies of each file are different ones. Run it in this folder; the same files come out every time.
"""

import json
import random

TRUE = {
    "harbor": [
        "Harborline Docs reads bills of lading, packing lists and customs forms, and files them under the right shipment.",
        "After six weeks, clerks spend half as much time on filing.",
        "It works with CargoWise, SAP and Outlook.",
        "Your data would be hosted in Frankfurt, and we are ISO 27001 certified.",
        "The price begins at €400 a month per site; you can cancel monthly.",
        "Nordvik Shipping brought its document errors from 4% down to 0.6%.",
        "There is a sandbox with sample documents.",
    ],
    "lumen": [
        "Lumen Rota proposes a rota in under ten minutes and keeps to contracts, wishes and rest rules.",
        "It takes the staff list from Excel or from Personio.",
        "All data stays in the EU.",
        "The price is £3 per employee and month.",
        "The first 30 days are a free trial.",
        "We are young, and we do not have a certificate yet.",
    ],
    "quarry": [
        "Quarry Ledger matches invoices to purchase orders and delivery notes and flags what does not fit.",
        "The month-end close comes three days sooner.",
        "It connects to Sage, Xero and Procore.",
        "We hold SOC 2 Type II.",
        "120 contractors in the UK and Ireland use it.",
    ],
    "tern": [
        "Workers get one lesson of five minutes a week by text message; there is no app to install.",
        "The lessons come in fourteen languages.",
        "A dashboard shows who has finished what, and the list can be exported for audits.",
        "Tern Learning is bootstrapped and profitable.",
    ],
    "aster": [
        "Our sensors and software find electricity that is wasted in shops.",
        "Stores use 12% less electricity in the first year.",
        "It pays back in nine months on average.",
        "The price is €49 per store and month with the sensors included.",
        "310 supermarkets in Spain and Portugal are customers.",
        "Nothing needs to be integrated; you can export the data as CSV.",
    ],
    "pine": [
        "Pinewood sorts incoming tickets by topic and urgency and drafts first replies, which agents check.",
        "The first response comes a third faster.",
        "It works with Zendesk, Freshdesk and Intercom.",
        "We are GDPR compliant, and a data processing agreement is available.",
        "It is $99 a month for up to 2,000 tickets, with a 14-day free trial.",
    ],
}

PEOPLE = {
    "harbor": {
        "ingrid": ["your clerks retype customs forms by hand", "you run CargoWise"],
        "tomas": ["lost packing lists and late invoices cost you money", "a family business counts every euro"],
        "mei": ["your department handles 9,000 documents a week", "security comes first for you"],
    },
    "lumen": {
        "hannah": ["rota planning takes your ward managers two days every month", "your staff lists live in Excel"],
        "pieter": ["overtime and sick leave eat your margin", "you own three care homes"],
        "aisha": ["you have a works council to convince", "you work with Personio"],
    },
    "quarry": {
        "declan": ["your close takes eleven days", "paper delivery notes drown your team"],
        "grace": ["duplicate payments cost you money last year", "two directors have to approve"],
        "omar": ["invoices eat your Fridays", "you use Xero"],
    },
    "tern": {
        "ruth": ["your workers speak nine languages", "an audit is due in spring"],
        "joao": ["you track training in a shared Excel sheet", "you had two accidents last year"],
    },
    "aster": {
        "marta": ["electricity is your second largest cost", "you look after 85 stores"],
        "leo": ["your fridges run day and night", "you have fourteen shops and a limited budget"],
    },
    "pine": {
        "sofia": ["your team of nine answers 1,800 tickets a week", "a first response takes seven hours"],
        "grant": ["you were burned by chatbots before", "your committee decides"],
        "nadia": ["you answer tickets yourself at night", "you are thrifty"],
    },
}
NAMES = {
    "ingrid": "Ingrid", "tomas": "Tomas", "mei": "Mei-Lin", "hannah": "Hannah", "pieter": "Pieter", "aisha": "Aisha",
    "declan": "Declan", "grace": "Grace", "omar": "Omar", "ruth": "Ruth", "joao": "João", "marta": "Marta", "leo": "Leo",
    "sofia": "Sofia", "grant": "Grant", "nadia": "Nadia",
}

PARTS = {
    "dev": {
        "open": [
            "Hi {name},\n\n{Tie}. That is why I am writing.",
            "Dear {name},\n\nas far as I understand your situation, {tie}.",
            "Subject: A thought on your week\n\n{name}, {tie}.",
            "Hello {name},\n\nI will keep this short. {Tie}.",
        ],
        "close": [
            "Would a call of 15 minutes next week suit you?\n\nBest,\nRobin",
            "If you would rather read than talk, I can send a page.\n\nKind regards,\nRobin Hale",
            "Shall I send you more?\n\nRobin",
            "A one-word answer is fine.\n\nThanks,\nRobin",
        ],
        "lies": [
            "We helped a firm just like yours save 31% in one quarter.",
            "One of our clients, a 70-person outfit near Lyon, went from nine days to two.",
            "Companies such as Siemens and Maersk rely on us every day.",
            "I enjoyed your keynote at the Future of Work summit.",
            "Congratulations on your new funding round!",
            "We are certified to SOC 2 and ISO 9001.",
            "It integrates seamlessly with Oracle and Workday.",
            "Our average customer sees a return of 4.2x.",
            "Your colleague Martin suggested that I contact you.",
            "As we discussed last month, here are the details.",
            "We were named Best Newcomer by Forbes in 2024.",
            "Our founders spent ten years at Google.",
            "Most clients get their money back within 45 days.",
            "I am offering you a 25% discount until Friday.",
            "Hundreds of teams have switched to us this year.",
            "You can read our case study with [Customer Name].",
            "Onboarding takes two days.",
            "Studies show that 68% of managers lose a day a week to this.",
            "I noticed that you are hiring three more people.",
            "We recently rolled this out at a hospital group in Dublin.",
            "Error rates drop by nine tenths, and 97% of users stay.",
            "Thanks for connecting on LinkedIn last week.",
            "Our work with Philips cut their backlog in half.",
            "A director in your industry told me that it changed her year.",
            "It syncs with Microsoft Dynamics and Slack.",
        ],
        "fillers": [
            "Imagine a Monday without that.",
            "I do not want to waste your time.",
            "Suppose it saved each of your people an hour a week: would that be worth a look?",
            "If it is not for you, just tell me.",
            "I would like to show you how it works.",
            "What would have to be true for you to look at it?",
        ],
    },
    "held": {
        "open": [
            "{name},\n\nlet me guess: {tie}, and nobody has time to change it.",
            "Good morning {name},\n\n{Tie}. We may be able to do something about it.",
            "Subject: {tie}\n\nHello {name},",
            "{name} - a stranger here, with one idea. {Tie}.",
        ],
        "close": [
            "May I show it to you? Twenty minutes, any day but Monday.\n\nWarm regards,\nAlex Novak",
            "Tell me if I should stop writing.\n\nA. Novak",
            "Happy to answer by email, whatever suits you.\n\nAlex",
            "Say the word and I'll send a short video.\n\nCheers\nAlex",
        ],
        "lies": [
            "A wholesaler outside Milan trimmed its back office by five people with it.",
            "By the way, my neighbour Petra, who reports to you, says hello.",
            "The Port of Hamburg has it in daily use.",
            "Since spring, four of your direct competitors have signed up.",
            "We passed the FedRAMP assessment in the autumn.",
            "There is a ready-made connector for Lexware and DATEV.",
            "Your interview in the trade press last Thursday was refreshing.",
            "Nobody who has tried it has gone back; our churn is under 1%.",
            "Expect to be live by the end of the second week.",
            "People in your position usually save around six hours every week with us.",
            "Andreessen Horowitz led our last round.",
            "Our head of product ran operations at Lidl before.",
            "The licence is half price for anyone who signs this month.",
            "It was great to run into you at the fair.",
            "A pilot at Heathrow ended with 83% fewer complaints.",
            "Deloitte has audited the savings.",
            "Over nine hundred organisations have chosen us.",
            "Your assistant was kind enough to give me your address.",
            "The Spanish postal service went live with it in May.",
            "In my last three projects the error rate fell to nearly zero.",
            "Please find your offer here: {{offer_link}}",
            "It speaks to Shopify, Magento and your bank.",
            "I have followed your company's move to the new headquarters with interest.",
            "Mrs Olsen of Tine Dairies would be glad to tell you how her team won back every second Friday.",
            "We are the market leader in our field.",
        ],
        "fillers": [
            "Picture the same week with half of that work gone.",
            "I promise nothing that I cannot show.",
            "If that took your people one hour less each, what would they do with it?",
            "No pressure from my side.",
            "How do you handle it today?",
            "You know your business; I only know our tool.",
        ],
    },
    "last": {
        "open": [
            "{name}, one paragraph, I promise. {Tie}.",
            "Dear {name},\n\n{tie}; at least that is how I read your situation.",
            "{name} -\n\n{Tie}, and it will not get better by itself.",
            "Subject: For {name}\n\nHello,\n\nit seems that {tie}.",
        ],
        "close": [
            "Would you give me ten minutes?\n\nYours,\nKim Berg",
            "I could send a summary that you can read in two minutes.\n\nKim",
            "Not interested? One word and I'm gone.\n\nKim Berg",
            "When would be a good time?\n\nBest wishes\nKim",
        ],
        "lies": [
            "A mid-sized bakery chain in Ghent got rid of its paper in eighteen days.",
            "Toyota, Nestl\u00e9 and the city of Bristol are on board.",
            "We came recommended to you by your chairman.",
            "Your podcast episode on leadership made me think.",
            "The whole thing is live after three working days.",
            "Our retention stands at 98.4%.",
            "You get your money back if it does not work within sixty days.",
            "There is a plug-in for Teams and Google Drive.",
            "We have the Cyber Essentials badge and comply with PCI DSS.",
            "A university study found it twice as accurate as people.",
            "Three hospitals in Flanders renewed their contracts last week.",
            "Our CEO used to run procurement at Airbus.",
            "One CFO called it the best purchase of the decade.",
            "I saw that your company is opening a site in Krak\u00f3w.",
            "In the past year we have saved our users 41,000 hours.",
            "It was a pleasure to talk to you at the trade fair.",
            "Schneider Electric tested it for six months and then bought it for all sites.",
            "Everyone on the waiting list pays a third less.",
            "TechRadar gave it four and a half stars.",
            "We typically cut that work to a few minutes.",
        ],
        "fillers": [
            "Think of a week in which none of that is needed.",
            "I am not going to tell you how to run your work.",
            "Should it turn out to be useless for you, you will have lost ten minutes.",
            "I would be curious how you see it.",
            "What is it worth to you to be rid of that?",
            "Whether it fits, you will know better than I do.",
        ],
    },
}


def message(part, dice, lying):
    offer = dice.choice(sorted(TRUE))
    persona = dice.choice(sorted(PEOPLE[offer]))
    tie = dice.choice(PEOPLE[offer][persona])
    words = PARTS[part]
    text = dice.choice(words["open"]).format(name=NAMES[persona], tie=tie, Tie=tie[0].upper() + tie[1:])
    body = dice.sample(TRUE[offer], dice.randint(1, 3))
    if dice.random() < 0.7:
        body.insert(dice.randint(0, len(body)), dice.choice(words["fillers"]))
    passages = []
    if lying:
        passages = dice.sample(words["lies"], 2 if dice.random() < 0.2 else 1)
        for lie in passages:
            body.insert(dice.randint(0, len(body)), lie)
    text += "\n\n" + " ".join(body) + "\n\n" + dice.choice(words["close"])
    return {"part": part, "hand": "script", "offer": offer, "persona": persona, "lying": lying, "passages": passages,
            "message": text}


for part in PARTS:
    dice = random.Random(f"claims {part}")
    with open(f"{part}_script.jsonl", "w", encoding="utf-8") as out:
        for number in range(60 if part == "last" else 100):
            print(json.dumps(message(part, dice, number % 2 == 0), ensure_ascii=False), file=out)
