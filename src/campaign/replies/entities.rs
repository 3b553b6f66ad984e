//! Letters that HTML writes as entities. Some tools export what they sent with every letter beyond ASCII in this form.

/// The names of the characters from here on, one after the other; `-` for those without a name.
const NAMES: [(u32, &str); 4] = [(0xa0, LATIN), (0x100, LATIN_EXTENDED), (0x391, GREEK), (0x401, CYRILLIC)];

const LATIN: &str = "\
     nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 \
     acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde \
     Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc \
     Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml \
     aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc \
     otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

const LATIN_EXTENDED: &str = "\
     Amacr amacr Abreve abreve Aogon aogon Cacute cacute Ccirc ccirc Cdot cdot Ccaron ccaron Dcaron dcaron \
     Dstrok dstrok Emacr emacr - - Edot edot Eogon eogon Ecaron ecaron Gcirc gcirc Gbreve gbreve Gdot gdot \
     Gcedil - Hcirc hcirc Hstrok hstrok Itilde itilde Imacr imacr - - Iogon iogon Idot imath IJlig ijlig \
     Jcirc jcirc Kcedil kcedil kgreen Lacute lacute Lcedil lcedil Lcaron lcaron Lmidot lmidot Lstrok lstrok \
     Nacute nacute Ncedil ncedil Ncaron ncaron napos ENG eng Omacr omacr - - Odblac odblac OElig oelig Racute \
     racute Rcedil rcedil Rcaron rcaron Sacute sacute Scirc scirc Scedil scedil Scaron scaron Tcedil tcedil \
     Tcaron tcaron Tstrok tstrok Utilde utilde Umacr umacr Ubreve ubreve Uring uring Udblac udblac Uogon \
     uogon Wcirc wcirc Ycirc ycirc Yuml Zacute zacute Zdot zdot Zcaron zcaron";

const GREEK: &str = "\
     Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau \
     Upsilon Phi Chi Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta theta iota kappa lambda \
     mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega";

const CYRILLIC: &str = "\
     IOcy DJcy GJcy Jukcy DScy Iukcy YIcy Jsercy LJcy NJcy TSHcy KJcy - Ubrcy DZcy Acy Bcy Vcy Gcy Dcy IEcy \
     ZHcy Zcy Icy Jcy Kcy Lcy Mcy Ncy Ocy Pcy Rcy Scy Tcy Ucy Fcy KHcy TScy CHcy SHcy SHCHcy HARDcy Ycy \
     SOFTcy Ecy YUcy YAcy acy bcy vcy gcy dcy iecy zhcy zcy icy jcy kcy lcy mcy ncy ocy pcy rcy scy tcy ucy \
     fcy khcy tscy chcy shcy shchcy hardcy ycy softcy ecy yucy yacy - iocy djcy gjcy jukcy dscy iukcy yicy \
     jsercy ljcy njcy tshcy kjcy - ubrcy dzcy";

/// Names of signs.
const SIGNS: &str = "\
     and ang apos ast asymp bdquo bsol bull cap clubs colon comma commat cong crarr cup Dagger dagger darr \
     dArr dash diams dollar empty emsp ensp equals equiv euro excl exist forall frasl ge grave gt hairsp harr \
     hArr hearts hellip horbar hyphen infin int isin lang lArr larr lbrace lbrack lceil lcub ldquo ldquor le \
     lfloor lowast lowbar loz lpar lrm lsaquo lsqb lsquo lsquor lt mdash minus mldr nabla ndash ne NewLine ni \
     nldr notin nsub num numsp oline oplus or otimes part percnt period permil perp plus prime Prime prod \
     prop quest quot radic rang rArr rarr rbrace rbrack rceil rcub rdquo rfloor rlm rpar rsaquo rsqb rsquo \
     sbquo sdot semi sim sol spades sub sube sum sup supe Tab there4 thinsp tilde trade uarr uArr verbar vert \
     weierp zwj zwnj";

/// A text with its letters in place of their entities, by name or by number; a sign becomes a space. What has been
/// escaped twice (`&amp;uuml;`) is a letter too. An ampersand with anything else behind it stays.
pub fn decoded(text: &str) -> String {
    const LONGEST: usize = 12;
    let text = text.replace("&amp;", "&");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let end = after.bytes().take(LONGEST).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&after[..end])?, end))) {
            Some((character, end)) => {
                plain.push(character);
                rest = &after[end + 1..];
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The character of an entity, given without `&` and `;`.
fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return Some(char::from_u32(code.ok()?).unwrap_or(' '));
    }
    let is_name = |name: &&str| *name == entity && entity != "-";
    let letter = NAMES.iter().find_map(|(first, names)| {
        let index = names.split(' ').position(|name| is_name(&name))?;
        char::from_u32(first + u32::try_from(index).ok()?)
    });
    letter.or_else(|| SIGNS.split(' ').any(|name| is_name(&name)).then_some(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_read_by_name_and_by_number_and_nothing_else_changes() {
        for (text, plain) in [
            ("M&uuml;he, Gr&ouml;&szlig;e", "Mühe, Größe"),
            ("livr&#233;e d&#xE8;s", "livrée dès"),
            ("&Lstrok;&oacute;d&zacute; &Omega;&omega; &Acy;&yacy;&iocy;", "Łódź Ωω Аяё"),
            ("caf&amp;eacute;", "café"),
            ("it&rsquo;s&nbsp;&lt;here&gt;", "it s\u{a0} here "),
            ("R&D; Q&amp;A & more; &-; &#; &#xZ;", "R&D; Q&A & more; &-; &#; &#xZ;"),
            ("&#55357;x", " x"),
            ("ü&ü;&", "ü&ü;&"),
        ] {
            assert_eq!(decoded(text), plain, "{text}");
        }
    }
}
