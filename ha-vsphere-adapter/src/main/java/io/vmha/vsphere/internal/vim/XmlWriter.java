package io.vmha.vsphere.internal.vim;

import com.google.common.xml.XmlEscapers;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.function.Consumer;

/** Builds a request; every text is escaped. Not thread-safe. */
public final class XmlWriter {
    private final StringBuilder out = new StringBuilder(512);

    /** Makes an empty one. */
    public XmlWriter() {}

    /** Adds an element that holds a text. */
    @CanIgnoreReturnValue
    public XmlWriter text(String name, String value) {
        out.append('<').append(name).append('>');
        out.append(XmlEscapers.xmlContentEscaper().escape(value));
        out.append("</").append(name).append('>');
        return this;
    }

    /** Adds an element that holds a number. */
    @CanIgnoreReturnValue
    public XmlWriter number(String name, long value) {
        return text(name, Long.toString(value));
    }

    /** Adds an element that holds a truth value. */
    @CanIgnoreReturnValue
    public XmlWriter flag(String name, boolean value) {
        return text(name, Boolean.toString(value));
    }

    /** Adds an element that holds a reference. */
    @CanIgnoreReturnValue
    public XmlWriter ref(String name, MoRef ref) {
        out.append('<').append(name).append(" type=\"");
        out.append(XmlEscapers.xmlAttributeEscaper().escape(ref.type())).append("\">");
        out.append(XmlEscapers.xmlContentEscaper().escape(ref.value()));
        out.append("</").append(name).append('>');
        return this;
    }

    /** Adds an element with children. */
    @CanIgnoreReturnValue
    public XmlWriter element(String name, Consumer<XmlWriter> children) {
        out.append('<').append(name).append('>');
        children.accept(this);
        out.append("</").append(name).append('>');
        return this;
    }

    /** Adds an element with children whose type is one of several, named by {@code xsi:type}. */
    @CanIgnoreReturnValue
    public XmlWriter typed(String name, String xsiType, Consumer<XmlWriter> children) {
        out.append('<').append(name).append(" xsi:type=\"").append(xsiType).append("\">");
        children.accept(this);
        out.append("</").append(name).append('>');
        return this;
    }

    /** Adds an element that holds a string where any type could stand. */
    @CanIgnoreReturnValue
    public XmlWriter anyString(String name, String value) {
        out.append('<').append(name).append(" xsi:type=\"xsd:string\">");
        out.append(XmlEscapers.xmlContentEscaper().escape(value));
        out.append("</").append(name).append('>');
        return this;
    }

    String xml() {
        return out.toString();
    }
}
