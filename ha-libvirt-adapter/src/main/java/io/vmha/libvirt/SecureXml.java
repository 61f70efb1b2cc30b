package io.vmha.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads and writes XML with document types and external entities off. What is written comes from a document tree, so that
 * names and values are escaped by the serializer and never by hand.
 */
final class SecureXml {
    private static final DocumentBuilderFactory PARSERS = parsers();
    private static final TransformerFactory WRITERS = writers();
    private static final ThreadLocal<DocumentBuilder> PARSER = ThreadLocal.withInitial(SecureXml::newParser);

    private SecureXml() {}

    /**
     * Parses a document.
     *
     * @throws IllegalArgumentException if it is not well-formed XML, or has a document type
     */
    static Document parse(String xml) {
        DocumentBuilder parser = PARSER.get();
        try {
            return parser.parse(new InputSource(new StringReader(xml)));
        } catch (SAXException | IOException e) {
            throw new IllegalArgumentException("not acceptable XML: " + e.getMessage(), e);
        }
    }

    /** Returns a new document with a root element of that name and namespace; an empty namespace is none. */
    static Element newDocument(String namespace, String qualifiedName) {
        Document document = PARSER.get().newDocument();
        Element root = document.createElementNS(namespace.isEmpty() ? null : namespace, qualifiedName);
        document.appendChild(root);
        return root;
    }

    /** Writes a node as text, without an XML declaration. */
    static String write(Node node) {
        try {
            Transformer writer = WRITERS.newTransformer();
            writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter out = new StringWriter();
            writer.transform(new DOMSource(node), new StreamResult(out));
            return out.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException("cannot write XML", e);
        }
    }

    /** The child elements of that local name and namespace, in document order; an empty namespace is none. */
    static List<Element> children(Element parent, String namespace, String localName) {
        List<Element> found = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element
                    && localName.equals(element.getLocalName())
                    && namespace.equals(element.getNamespaceURI() == null ? "" : element.getNamespaceURI())) {
                found.add(element);
            }
        }
        return found;
    }

    /** All child elements, in document order. */
    static Stream<Element> elements(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element element) {
                found.add(element);
            }
        }
        return found.stream();
    }

    /** Removes the children of that local name in no namespace. */
    static void removeChildren(Element parent, String localName) {
        children(parent, "", localName).forEach(parent::removeChild);
    }

    /** Sets the text of the first child of that name, which is added where there is none. */
    static void setText(Element parent, String localName, String text) {
        child(parent, localName)
                .orElseGet(() -> {
                    Element added = parent.getOwnerDocument().createElementNS(null, localName);
                    parent.appendChild(added);
                    return added;
                })
                .setTextContent(text);
    }

    /** The first child element of that local name in no namespace. */
    static Optional<Element> child(Element parent, String localName) {
        return children(parent, "", localName).stream().findFirst();
    }

    /** The first child's text, trimmed. */
    static Optional<String> text(Element parent, String localName) {
        return child(parent, localName).map(element -> element.getTextContent().strip());
    }

    /** The attribute's value; empty where it is not there, which tells it from an empty one. */
    static Optional<String> attribute(Element element, String name) {
        return element.hasAttribute(name) ? Optional.of(element.getAttribute(name)) : Optional.empty();
    }

    private static DocumentBuilder newParser() {
        try {
            synchronized (PARSERS) {
                DocumentBuilder parser = PARSERS.newDocumentBuilder();
                parser.setErrorHandler(new Refusing());
                return parser;
            }
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the Java runtime has no secure XML parser", e);
        }
    }

    private static DocumentBuilderFactory parsers() {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the Java runtime has no secure XML parser", e);
        }
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
        factory.setXIncludeAware(false);
        factory.setExpandEntityReferences(false);
        return factory;
    }

    private static TransformerFactory writers() {
        TransformerFactory factory = TransformerFactory.newDefaultInstance();
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_STYLESHEET, "");
        return factory;
    }

    /** Turns every parse error into an exception; the parser's own handler would print them. */
    private static final class Refusing implements ErrorHandler {
        @Override
        public void warning(SAXParseException warning) {}

        @Override
        public void error(SAXParseException error) throws SAXException {
            throw error;
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }
}
