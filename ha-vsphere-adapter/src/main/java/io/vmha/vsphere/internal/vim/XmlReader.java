package io.vmha.vsphere.internal.vim;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads an answer by streaming. Document types and external entities are off, so that an answer cannot make it fetch anything. */
final class XmlReader {
    private static final String XSI = XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI;
    /** No property that is read is longer. */
    private static final int LONGEST_TEXT = 1 << 20;

    private static final XMLInputFactory FACTORY = factory();

    private XmlReader() {}

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        // A long text comes in parts, so that it can be refused before it is put together.
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        return factory;
    }

    static XmlNode read(InputStream in, AnswerLimits limits) throws XMLStreamException {
        XMLStreamReader reader = FACTORY.createXMLStreamReader(in);
        try {
            return read(reader, limits);
        } catch (RuntimeException e) {
            // The JDK's reader tells some malformed bytes so.
            throw new XMLStreamException("unreadable: " + e.getClass().getSimpleName());
        } finally {
            reader.close();
        }
    }

    private static XmlNode read(XMLStreamReader reader, AnswerLimits limits) throws XMLStreamException {
        int elements = 0;
        XmlNode document = new XmlNode("", "", "");
        Deque<XmlNode> open = new ArrayDeque<>();
        open.push(document);
        StringBuilder text = new StringBuilder();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++elements > limits.elements() || open.size() > limits.depth()) {
                        throw new XMLStreamException(
                                "more than " + limits.elements() + " elements, or deeper than " + limits.depth());
                    }
                    XmlNode node = new XmlNode(
                            reader.getLocalName(), localPart(attribute(reader, XSI)), attribute(reader, ""));
                    open.element().add(node);
                    open.push(node);
                    text.setLength(0);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    if (text.length() + reader.getTextLength() > LONGEST_TEXT) {
                        throw new XMLStreamException("a text of more than " + LONGEST_TEXT + " characters");
                    }
                    text.append(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    XmlNode node = open.pop();
                    if (node.children().isEmpty()) {
                        node.text(text.toString());
                    }
                    text.setLength(0);
                }
                case XMLStreamConstants.DTD -> throw new XMLStreamException("an answer with a document type");
                default -> {}
            }
        }
        return document;
    }

    private static String attribute(XMLStreamReader reader, String namespace) {
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String uri = reader.getAttributeNamespace(i);
            if (reader.getAttributeLocalName(i).equals("type") && namespace.equals(uri == null ? "" : uri)) {
                return reader.getAttributeValue(i);
            }
        }
        return "";
    }

    private static String localPart(String qualified) {
        return qualified.substring(qualified.indexOf(':') + 1);
    }
}
