"""The views' own words: written in English where they are told, and said in Danish by these tables."""

from enum import StrEnum

from services.havn.views.headings import HEADINGS


class Lang(StrEnum):
    """A language that Havn speaks."""

    DA = "da"
    EN = "en"


NOUNS = {
    # One and many in English, then in Danish.
    "child waits": ("child waits", "children wait", "barn venter", "børn venter"),
    "child who waits": ("child who waits", "children who wait", "barn, der venter,", "børn, der venter,"),
    "family": ("family", "families", "familie", "familier"),
    "child": ("child", "children", "barn", "børn"),
    "event": ("event", "events", "hændelse", "hændelser"),
    "follow-up": ("follow-up", "follow-ups", "opfølgning", "opfølgninger"),
    "free place": ("free place", "free places", "ledig plads", "ledige pladser"),
    "held place": ("held place", "held places", "holdt plads", "holdte pladser"),
    "home": ("home", "homes", "hjem", "hjem"),
    "home said no": ("home said no", "homes said no", "hjem har sagt nej", "hjem har sagt nej"),
    "home does": ("home does", "homes do", "hjem passer", "hjem passer"),
    "more home fits": ("more home fits", "more homes fit", "hjem mere passer", "hjem mere passer"),
    "inquiry": ("inquiry", "inquiries", "forespørgsel", "forespørgsler"),
    "look": ("look", "looks", "opslag", "opslag"),
    "offer": ("offer", "offers", "forespørgsel", "forespørgsler"),
    "record": ("record", "records", "post", "poster"),
    "row": ("row", "rows", "række", "rækker"),
    "sibling": ("sibling", "siblings", "søskende", "søskende"),
    "step": ("step", "steps", "trin", "trin"),
    "time": ("time", "times", "gang", "gange"),
    "thing": ("thing", "things", "ting", "ting"),
    "breach": ("breach", "breaches", "brud", "brud"),
    "change": ("change", "changes", "ændring", "ændringer"),
    "institution": ("institution", "institutions", "institution", "institutioner"),
    "place out of use": ("place out of use", "places out of use", "plads ude af brug", "pladser ude af brug"),
    "unit that differs": ("unit differs", "units differ", "afdeling afviger", "afdelinger afviger"),
    "unit": ("unit", "units", "afdeling", "afdelinger"),
    "unit that reported": (
        "unit that reported",
        "units that reported",
        "afdeling, der har meldt",
        "afdelinger, der har meldt",
    ),
    "action": ("action", "actions", "aftale", "aftaler"),
    "concern": ("concern", "concerns", "bekymring", "bekymringer"),
    "draft": ("draft", "drafts", "kladde", "kladder"),
    "agreement": ("agreement", "agreements", "aftale", "aftaler"),
    "certificate": ("certificate", "certificates", "attest", "attester"),
    "version": ("version", "versions", "udgave", "udgaver"),
    "visit": ("visit", "visits", "besøg", "besøg"),
    "fee": ("fee", "fees", "takst", "takster"),
    "delivery": ("delivery", "deliveries", "leverance", "leverancer"),
}
"""What is counted, by its English singular."""

DANISH = {
    # Supervision and policy.
    "Supervision of {family}, visited {day}": "Tilsyn hos {family}, besøgt {day}",
    "{child}: {how}. {reason}": "{child}: {how}. {reason}",
    "talked with alone": "talt med alene",
    "talked with": "talt med",
    "not talked with": "ikke talt med",
    "How {authority} follows families ({version}).": "Sådan følger {authority} familierne ({version}).",
    "First visits, in weeks after the child came": "Første besøg, i uger efter at barnet kom",
    "Then weeks from visit to visit, for severe needs": "Derefter uger fra besøg til besøg, ved svære behov",
    "for moderate needs": "ved moderate behov",
    "for light needs": "ved lette behov",
    "Supervision visits a year": "Tilsynsbesøg om året",
    "Training days a year": "Uddannelsesdage om året",
    # Families and their way.
    "applied": "ansøgt",
    "being assessed": "under vurdering",
    "approved": "godkendt",
    "paused": "på pause",
    "refused": "afslået",
    "is one no more": "ophørt",
    "assessed": "vurderet",
    "resumed": "genoptaget",
    "recorded": "registreret",
    "approved without a full assessment": "godkendt uden en fuld vurdering",
    "a type that the jurisdiction does not have": "en type, der ikke findes i retsområdet",
    "approved for more than its type covers": "godkendt til mere, end typen dækker",
    "approved while a certificate is missing": "godkendt, mens en attest mangler",
    "more children live there than it is approved for": "der bor flere børn end den er godkendt til",
    "approved for another child than it was assessed for": "godkendt til et andet barn, end den er vurderet til",
    "opened": "åbnet",
    "in a list": "på en liste",
    "entered or changed": "oprettet eller ændret",
    "as a suggestion for a child": "som forslag til et barn",
    "{families}.": "{families}.",
    "{town}: {state}.": "{town}: {state}.",
    "What should not be so:": "Det burde ikke være sådan:",
    "What family and consultant say, and nobody has settled:": (
        "Hvad familie og konsulent siger, og ingen har afklaret:"
    ),
    "{looks} at the profile of {family}.": "{looks} i profilen for {family}.",
    "{fact}: the family says “{family}”": "{fact}: familien siger “{family}”",
    "{fact}: the consultant says “{said}”": "{fact}: konsulenten siger “{said}”",
    "{fact}: the family says “{family}”, the consultant “{said}”": (
        "{fact}: familien siger “{family}”, konsulenten “{said}”"
    ),
    "household": "husstand",
    "languages": "sprog",
    "competences": "kompetencer",
    "experience": "erfaring",
    "accessibility": "tilgængelighed",
    "schools": "skoler",
    "pets": "kæledyr",
    "wishes": "ønsker",
    "limits": "hvad den ikke tager",
    "availability": "ledige pladser",
    "other": "andet",
    # Offers and inquiries.
    "asked": "spurgt",
    "accepted": "ja",
    "declined": "nej",
    "withdrawn": "trukket tilbage",
    "expired": "udløbet",
    "{offers}, {places}.": "{offers}, {places}.",
    "{home} is asked for {request}, and has until {moment} to answer.": (
        "{home} er spurgt for {request} og kan svare til {moment}."
    ),
    "{offer}: {places}.": "{offer}: {places}.",
    "{offer} is withdrawn: {home} is asked no more.": "{offer} er trukket tilbage: {home} er ikke spurgt mere.",
    "{inquiries}, {awaited} of them to be answered.": "{inquiries}, {awaited} af dem skal besvares.",
    "{children}, in danger": "{children}, i fare",
    "{gender} of {age} with {needs}": "{gender} på {age} med {needs}",
    "girl": "pige",
    "boy": "dreng",
    "light needs": "lette behov",
    "moderate needs": "moderate behov",
    "severe needs": "svære behov",
    "{home} has said no.": "{home} har sagt nej.",
    "{home} has said yes. Who comes:": "{home} har sagt ja. Hvem der kommer:",
    # The waiting list.
    "Nobody waits.": "Ingen venter.",
    "Nobody waits who is what was asked for.": "Ingen venter, som svarer til det søgte.",
    "{children}, in this order:": "{children} i denne rækkefølge:",
    # How long they wait, and who left.
    "all": "alle",
    "town": "by",
    "language": "sprog",
    "gender": "køn",
    "siblings": "søskende",
    "not stated": "ikke oplyst",
    "with siblings": "med søskende",
    "alone": "alene",
    "not told": "vises ikke",
    "the others": "de øvrige",
    "has a place": "har fået plads",
    "Those who wait on {day}.": "De, der venter den {day}.",
    # Wellbeing.
    "Nothing was observed that you may see.": "Der er ikke noteret noget, du må se.",
    "{child} on {day}: {how}": "{child} den {day}: {how}",
    "{file}: {rows}.": "{file}: {rows}.",
    "Less well than usual": "Mindre godt end ellers",
    # The central list.
    "on the list": "på listen",
    "removed": "fjernet",
    "waits no more": "venter ikke mere",
    "Nobody left the list.": "Ingen har forladt listen.",
    "No request is on the central list.": "Ingen anmodning står på den centrale venteliste.",
    "{request} is on the central list too.": "{request} står nu også på den centrale venteliste.",
    "{request} is off the central list.": "{request} står ikke længere på den centrale venteliste.",
    "{entry} is off the central list.": "{entry} står ikke længere på den centrale venteliste.",
    "The central list disposes of no unit.": "Den centrale venteliste råder ikke over nogen afdeling.",
    "{entry} has a place of {home}: its municipality may ask for it.": (
        "{entry} har fået en plads i {home}: kommunen kan spørge om den."
    ),
    "{entry} waits for a place again.": "{entry} venter igen på en plads.",
    "a home said yes": "et hjem har sagt ja",
    "a home is asked": "et hjem er spurgt",
    "parent with child": "forælder med barn",
    # The plan.
    "The plan covers {children} and {homes} that may be used. It has a place for {placed}. It is a suggestion: "
    "people decide.": (
        "Planen omfatter {children} og {homes}, der kan bruges. Den har plads til {placed}. Den er et forslag: "
        "mennesker bestemmer."
    ),
    "Children who wait to step down are not in it: suggest finds places for each of them.": (
        "Børn, der venter på udslusning, er ikke med: suggest finder pladser til hvert af dem."
    ),
    "Proven on all {levels} levels: no plan is better.": "Bevist på alle {levels} niveauer: ingen plan er bedre.",
    "{open} of {levels} levels are not proven: a better plan may exist.": (
        "{open} af {levels} niveauer er ikke bevist: der kan findes en bedre plan."
    ),
    "No place yet": "Ingen plads endnu",
    "What would change it:": "Det ville ændre det:",
    "only for tonight": "kun for i nat",
    "{steps} above the need": "{steps} over behovet",
    "reunite by {day}": "samles senest {day}",
    "rate unknown": "takst ukendt",
    "How sure it is that no plan is better, level by level": (
        "Hvor sikkert det er, at ingen plan er bedre, niveau for niveau"
    ),
    "proven best": "bevist bedst",
    "proven within its tolerance of {bound}": "bevist inden for tolerancen fra {bound}",
    "not proven; the bound is {bound}": "ikke bevist; grænsen er {bound}",
    "Policy {policy}. {build} s to build, {solve} s to solve. {name}": (
        "Regelsæt {policy}. {build} s at stille op, {solve} s at løse. {name}"
    ),
    # Suggestions.
    "Suggestions for {who}": "Forslag til {who}",
    "For {who}": "For {who}",
    "{first}, together with {others}": "{first}, sammen med {others}",
    "{first} (if possible together with {others})": "{first} (om muligt sammen med {others})",
    "No home may be used.": "Ingen hjem kan bruges.",
    "{homes}: --top {top} explains all.": "{homes}: --top {top} forklarer dem alle.",
    "This home fits:": "Dette hjem passer:",
    "{home}, {town}, step {step}": "{home}, {town}, trin {step}",
    "[the plan's place]": "[planens plads]",
    "To know before asking:": "Godt at vide, før hjemmet spørges:",
    "For others who wait: as the plan has it.": "For andre, der venter: som i planen.",
    "For others who wait: nothing changes.": "For andre, der venter: intet ændres.",
    "For others who wait: not computed for this place.": "For andre, der venter: ikke beregnet for denne plads.",
    "For others who wait, if it is chosen instead of the plan's place: {effects}.": (
        "For andre, der venter, hvis den vælges i stedet for planens plads: {effects}."
    ),
    "Fit {fit} of 100 ({fit_class}).": "Passer {fit} af 100 ({fit_class}).",
    "{price} a day{parts}.": "{price} pr. dag{parts}.",
    "the home": "hjemmet",
    "travel for contact": "rejser til samvær",
    "interpreter": "tolk",
    "the rate of the home is not known": "hjemmets takst er ikke kendt",
    "good": "godt",
    "fair": "rimeligt",
    "poor": "dårligt",
    "unknown": "ukendt",
    "Staying where the child is": "At blive, hvor barnet er",
    "No place in the plan": "Ingen plads i planen",
    "Policy {policy}. Kept as shown: {name}": "Regelsæt {policy}. Gemt, som det er vist: {name}",
    # Homes that do not fit.
    "{homes} not fit": "{homes} ikke",
    "Alone: for so many homes it is the only rule. --all tells each home, --why-not HOME one.": (
        "Alene: for så mange hjem er det den eneste regel. --all viser hvert hjem, --why-not HJEM ét."
    ),
    "May be waived by: {roles}.": "Kan fraviges af: {roles}.",
    "It would fit if: {change}.": "Det, der skal til: {change}.",
    "coordinator": "visitator",
    "caseworker": "rådgiver",
    "consultant": "familieplejekonsulent",
    "institution": "institution",
    "leader": "leder",
    "council": "Samråd",
    "foster family": "plejefamilie",
    "central list": "Socialstyrelsen",
    "committee": "udvalg",
    "auditor": "tilsyn",
    "administrator": "administrator",
    "service": "tjeneste",
    # The audit trail.
    "{rows}, as written.": "{rows}, som de blev skrevet.",
    "It holds the head that was kept.": "Det gemte hoved er der stadig.",
    "row {row} is missing. Nothing behind it was checked.": "række {row} mangler. Intet efter den blev kontrolleret.",
    "row {row} was changed. Nothing behind it was checked.": (
        "række {row} er ændret. Intet efter den blev kontrolleret."
    ),
    "{service}: {rows} until {moment}": "{service}: {rows} til {moment}",
    "The trails name {child} {times}.": "Sporene nævner {child} {times}.",
    "Havn's own services read it {times}: --services shows them.": (
        "Havns egne tjenester læste det {times}: --services viser dem."
    ),
    "{file} has them without the names of staff.": "{file} har dem uden medarbejdernes navne.",
    "saw": "så",
    "changed": "ændrede",
    "saw again": "så igen",
    "was refused": "fik afslag",
    "not said": "ikke oplyst",
    "work on the case": "arbejde med sagen",
    "emergency": "akut",
    "supervision": "tilsyn",
    "right of access": "indsigt",
    "operation": "drift",
    "to find a home for a child": "for at finde et hjem til et barn",
    "to follow up and support the family": "opfølgning og støtte til familien",
    "to keep the registry": "for at føre registret",
    "what is kept on oneself": "egne oplysninger",
    # Revoked tokens.
    "All tokens that {user} was given until now are refused.": "Alle adgangstegn, {user} har fået til nu, afvises.",
    "The token {token} is refused.": "Adgangstegnet {token} afvises.",
    "Each service that reads {file} knows it within a second.": (
        "Hver tjeneste, der læser {file}, ved det inden for et sekund."
    ),
    # Vacancies.
    "{places} in {units}.": "{places} i {units}.",
    "fresh": "frisk",
    "ageing: confirm it": "ældes: få den bekræftet",
    "stale: ask again": "forældet: spørg igen",
    "{unit} has {places} from {day}.": "{unit} har {places} fra {day}.",
    "Confirmed by {user} on {moment}.": "Bekræftet af {user} {moment}.",
    "{unit} has {out} and {places}.": "{unit} har {out} og {places}.",
    "{units} from what placements leave.": "{units} fra det, som anbringelserne levner.",
    "{changes} of {unit}, the newest first.": "{changes} af {unit}, den nyeste først.",
    "reported": "meldt",
    "confirmed": "bekræftet",
    "places blocked or unblocked": "pladser taget ud af brug eller i brug igen",
    "stale: confirmation asked for": "forældet: bekræftelse efterspurgt",
    "told by a file": "fra en fil",
    # Suppliers.
    "an institution: price, occupancy, what it delivered, what came of placements": (
        "en institution: pris, belægning, hvad den har leveret, hvad anbringelserne blev til"
    ),
    "{institutions}.": "{institutions}.",
    "the Self-Government": "Selvstyret",
    "self-owned": "selvejende",
    "municipal": "kommunal",
    "private": "privat",
    "open": "åben",
    "open with partly closed places": "åben med delvis lukkede pladser",
    "secure": "sikret",
    "From {first} to {last} {percent} % of all place-days were used.": (
        "Fra {first} til {last} blev {percent} % af alle pladsdøgn brugt."
    ),
    "{title}, {day}: {reference}": "{title}, {day}: {reference}",
    "Delivered of {service} on {day}: {what}": "Leveret af {service} den {day}: {what}",
    "{breaches} of the rule that places are approved.": "{breaches} på reglen om, at pladser er godkendt.",
    "began": "begyndte",
    "ended": "sluttede",
    "ended by the plan": "sluttede efter planen",
    "ended before the plan": "sluttede før planen",
    "ended without a plan": "sluttede uden plan",
    "moved to another home": "flyttede til et andet hjem",
    # Follow-ups.
    "{follow_ups} of {family}.": "{follow_ups} på {family}.",
    "{families} to follow up; {number} overdue.": "{families} at følge op på; {number} over fristen.",
    "No follow-up of {family} yet.": "Ingen opfølgning på {family} endnu.",
    "KRITH follow-up of {family}, visited {day}": "KRITH-opfølgning på {family}, besøgt {day}",
    "Logged by {user} on {moment}: {name}": "Skrevet af {user} {moment}: {name}",
    "About {children}.": "Om {children}.",
    "The child: “{words}”": "Barnet: ”{words}”",
    "Agreed:": "Aftalt:",
    "{what} ({owner}, by {day})": "{what} ({owner}, senest {day})",
    "The consultant is concerned.": "Konsulenten er bekymret.",
    "The consultant has no concern.": "Konsulenten er ikke bekymret.",
    "Next visit: {day}.": "Næste besøg: {day}.",
    # Journeys.
    "The coordinator asks for a plan for all who wait": "Visitator beder om en plan for alle, der venter",
    "Suggestions for the first child on the list, with reasons": "Forslag til det første barn på listen, med grunde",
    "The consultant logs a KRITH follow-up and reads it back": "Konsulenten skriver en KRITH-opfølgning og læser den",
    "An institution reports a free place": "En institution melder en ledig plads",
    "It reaches matching through NATS, and what is suggested for a child changes": (
        "Det når matchningen gennem NATS, og forslagene til et barn ændrer sig"
    ),
    "Before, {before} fitted {request}; now {after} do.": "Før passede {before} til {request}; nu passer {after}.",
    "new": "nyt",
    "gone": "væk",
    "still": "stadig",
    "now": "nu",
    "before": "før",
    "{known} ms from the report until matching knew of it, {all} ms until the changed suggestions were here, the "
    "new plan for all included.": (
        "{known} ms fra meldingen, til matchningen kendte den, og {all} ms, til de ændrede forslag var her, den nye "
        "plan for alle medregnet."
    ),
    # Copies made anew.
    "{service} makes its copies anew from their owners; it goes on without you ...": (
        "{service} laver sine kopier om fra deres ejere; det fortsætter uden dig ..."
    ),
    "Done: {records} are as their owners have them.": "Færdig: {records} er, som deres ejere har dem.",
    # Parked events.
    "No event is parked.": "Ingen hændelse er parkeret.",
    "{events} could not be applied:": "{events} kunne ikke anvendes:",
    "After mending what the log tells of an event's id:": "Når det er rettet, som loggen siger om hændelsens id:",
    "Applied: {event}": "Anvendt: {event}",
    "Dismissed: {event}": "Opgivet: {event}",
    "Still parked: {event}": "Stadig parkeret: {event}",
    # The start.
    "Havn starts on the data folder {data} (log: havn.log) ...": "Havn starter på mappen {data} (log: havn.log) ...",
    "NATS and the services run: {seconds} s.": "NATS og tjenesterne kører: {seconds} s.",
    "First start: making up the demo and taking it in; this takes some seconds ...": (
        "Første start: demoen laves og læses ind; det tager nogle sekunder ..."
    ),
    "{rows} of {folder} are in, and known everywhere: {seconds} s.": (
        "{rows} fra {folder} er inde og kendt overalt: {seconds} s."
    ),
    "Havn is ready after {seconds} s": "Havn er klar efter {seconds} s",
    "The console, in a browser:": "Konsollen, i en browser:",
    "Log in there with one click as one of the demo's users:": "Log ind der med ét klik som en af demoens brugere:",
    "no role: may nothing": "ingen rolle: må intet",
    "To try next, in another terminal:": "Prøv nu, i en anden terminal:",
    "To try next, while it runs (havn up --demo in a terminal):": "Prøv, mens den kører (havn up --demo i terminal):",
    "who waits, in order": "hvem der venter, i rækkefølge",
    "places for one child, with reasons; --all tells why not the others": (
        "pladser til ét barn, med grunde; --all viser, hvorfor ikke de andre"
    ),
    "the plan for all who wait": "planen for alle, der venter",
    "KRITH follow-ups of a family": "en families KRITH-opfølgninger",
    "free places, and how far to trust them": "ledige pladser, og hvor sikre de er",
    "the health of each service": "hvordan hver tjeneste har det",
    "Ctrl-C ends it.": "Ctrl-C slutter.",
    "It ends now: this is no terminal, or it was asked to.": (
        "Den slutter nu: her er ingen terminal, eller der blev bedt om det."
    ),
    "Havn has ended.": "Havn er slut.",
    # Backups.
    "{file} holds Havn as it was on {moment}.": "{file} rummer Havn, som det var {moment}.",
    "{folder} holds Havn as it was on {moment}.": "{folder} rummer Havn, som det var {moment}.",
    "{key} is its key: without it nobody reads the backup. Keep it apart from backups, and twice.": (
        "{key} er dens nøgle: uden den læser ingen sikkerhedskopien. Gem den et andet sted end kopierne, og to gange."
    ),
    "Now take it to another machine, and see there whether it is well:": (
        "Flyt den nu til en anden maskine, og se dér, om den er i orden:"
    ),
    "What was changed later is not in it.": "Det, der blev ændret senere, er ikke med.",
    "Start it:": "Start det:",
    "{path} is well.": "{path} er i orden.",
    "{path} is not well:": "{path} er ikke i orden:",
    "the database is damaged: {detail}": "databasen er beskadiget: {detail}",
    "its shape {detail} is unknown here: a newer Havn made it": (
        "dens form {detail} er ukendt her: et nyere Havn har lavet den"
    ),
    "the table {detail} does not hold what the backup says of it": (
        "tabellen {detail} rummer ikke det, som kopien siger om den"
    ),
    "row {detail} of its audit trail is missing, or not as it was written": (
        "række {detail} i dens revisionsspor mangler eller er ikke, som den blev skrevet"
    ),
    "it heard of changes that their owner does not have: {detail}": (
        "den har hørt om ændringer, som deres ejer ikke har: {detail}"
    ),
    # An import.
    "{rows} can be taken; nothing was written.": "{rows} kan tages ind; intet blev skrevet.",
    "{rows} are in Havn.": "{rows} er i Havn.",
    "Nothing was written: {things} to mend.": "Intet blev skrevet: {things} at rette.",
    "(the folder)": "(mappen)",
    "And {number} more: --json tells all.": "Og {number} mere: --json viser alle.",
    "And {number} more: --errors FILE or --json tells them.": "Og {number} mere: --errors FIL eller --json viser dem.",
    "And {number} more that come to light when these are mended.": (
        "Og {number} mere, der viser sig, når disse er rettet."
    ),
    "household: {rows}, each counted with its family.": "household: {rows}, hver talt med sin familie.",
    "These name homes that the files do not hold. Is that so?": (
        "Disse nævner hjem, som filerne ikke har. Er det rigtigt?"
    ),
    "Reading": "Læser",
    # An export.
    "{rows} are in {folder}.": "{rows} er i {folder}.",
    "Your roles may not see: {registries}.": "Dine roller må ikke se: {registries}.",
    "Checking": "Kontrollerer",
    "Checking and writing": "Kontrollerer og skriver",
    "done": "gjort",
    "not done": "ikke gjort",
    "a consultant is concerned": "en familieplejekonsulent er bekymret",
    "the child is less well than before": "barnet trives dårligere end før",
    "missing": "mangler",
    "waived": "fraveget",
    "completed": "gennemført",
    "intensive support": "intensiv støtte",
    "More children than approved places": "Flere børn end godkendte pladser",
    "{children} without intensive support.": "{children} uden intensiv støtte.",
    "relief": "aflastning",
    "ordinary fee": "almindeligt plejevederlag",
    "emergency fee": "akutvederlag",
    "relief fee": "aflastningsvederlag",
    "fee units": "vederlag",
    "board and lodging": "kost og logi",
    "board and lodging, from a third child on": "kost og logi, fra tredje barn",
    "How {family} fared, visit by visit.": "Hvordan det gik hos {family}, besøg for besøg.",
    "yes": "ja",
    "no": "nej",
    "Followed up in time, from {first} to {last}.": "Fulgt op til tiden fra {first} til {last}.",
    "{families} to visit; {number} overdue.": "{families} skal besøges; {number} over tiden.",
    "What a child costs in {family} is not known.": "Hvad et barn koster hos {family}, vides ikke.",
    "A child costs {amount} a day in {family}.": "Et barn koster {amount} om dagen hos {family}.",
    "placed by another authority": "anbragt af en anden myndighed",
    "That was agreed on with the family.": "Det er aftalt med familien.",
    # Units.
    "residential": "døgnafdeling",
    "family department": "familieafdeling",
    "own": "egen",
    "by agreement": "efter aftale",
    "the central list": "den centrale venteliste",
    # Why places are out of use.
    "a child there can't live with others": "et barn der kan ikke bo med andre",
    "rebuilding or damage": "ombygning eller skade",
    "too few staff": "mangel på personale",
    "calm for those who live there": "ro til dem, der bor der",
    "another reason": "en anden grund",
    # Concerns, versions, drafts, policies, visits.
    "What came of it: {words}": "Hvad der kom ud af det: {words}",
    "Nobody has looked yet.": "Ingen har set på det endnu.",
    "Corrected by {user} on {moment}: {reason}": "Rettet af {user} den {moment}: {reason}",
    "Your draft of {family} is gone.": "Din kladde om {family} er væk.",
    "Nothing was decided: Havn's own default holds, as `havn krith policy` tells it.": (
        "Intet er besluttet: Havns egen standard gælder, som `havn krith policy` viser den."
    ),
    "Decided by {user} on {moment}: {reason}": "Besluttet af {user} den {moment}: {reason}",
    "{family} may be followed up whenever it suits, by {latest}.": (
        "{family} kan følges op, når det passer, senest {latest}."
    ),
    "{family} is to be followed up on {day}, and no later than {latest}.": (
        "{family} skal følges op den {day} og senest {latest}."
    ),
    # Who lives in a home, certificates, fees.
    "foster parent": "plejeforælder",
    "another adult": "anden voksen",
    "own child": "eget barn",
    "criminal record": "straffeattest",
    "child certificate": "børneattest",
    "health certificate": "helbredsattest",
    "{certificates} due; {number} missing.": "{certificates} at ordne; {number} mangler.",
    "a month": "pr. måned",
    "a day": "pr. dag",
}
"""Sentences and words; braces name the facts that are put in."""


def phrase(english: str, lang: Lang, **facts: object) -> str:
    """One of the views' own sentences in the language, with its facts put in. Raises KeyError for one that is none."""
    return (english if lang is Lang.EN else DANISH[english]).format_map(facts)


def heading(english: str, lang: Lang) -> str:
    """The heading of a column in the language; that without a name has none in any."""
    return english if lang is Lang.EN or not english else HEADINGS[english]


def count(number: int, noun: str, lang: Lang) -> str:
    """A number with its noun."""
    one, many, et, flere = NOUNS[noun]
    singular, plural = (one, many) if lang is Lang.EN else (et, flere)
    return f"{number} {singular if number == 1 else plural}"
