package io.vmha.vsphere.internal.vim;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** One element of an answer: local name, {@code xsi:type}, text and children. Filled by {@link XmlReader}, then read only. */
public final class XmlNode {
    private final String name;
    private final String xsiType;
    private final String typeAttribute;
    private List<XmlNode> children = List.of();
    private String text = "";

    XmlNode(String name, String xsiType, String typeAttribute) {
        this.name = name;
        this.xsiType = xsiType;
        this.typeAttribute = typeAttribute;
    }

    void add(XmlNode child) {
        if (children.isEmpty()) {
            children = new ArrayList<>(2);
        }
        children.add(child);
    }

    void text(String value) {
        text = value;
    }

    /** Its local name. */
    public String name() {
        return name;
    }

    /** Its {@code xsi:type} without the prefix; empty where there is none. */
    public String xsiType() {
        return xsiType;
    }

    /** Its text; empty for an element that has children. */
    public String text() {
        return text;
    }

    /** Its children, in order. */
    public List<XmlNode> children() {
        return children;
    }

    /** The children of that name, in order. */
    public List<XmlNode> all(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }

    /** The first element along a path of child names, if there is one. */
    public Optional<XmlNode> at(String... path) {
        XmlNode node = this;
        for (String step : path) {
            XmlNode next = null;
            for (XmlNode child : node.children) {
                if (child.name.equals(step)) {
                    next = child;
                    break;
                }
            }
            if (next == null) {
                return Optional.empty();
            }
            node = next;
        }
        return Optional.of(node);
    }

    /** The text at a path of child names; empty where there is none. */
    public String textAt(String... path) {
        return at(path).map(XmlNode::text).orElse("");
    }

    /** The text at a path of child names as a whole number; empty where there is none, or it is none. */
    public OptionalInt numberAt(String... path) {
        Integer value = Ints.tryParse(textAt(path).trim());
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    /** Its text as a whole number; empty where it is none. */
    OptionalLong number() {
        Long value = Longs.tryParse(text.trim());
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** How many elements this is, with those in it. */
    long size() {
        long count = 0;
        Deque<XmlNode> left = new ArrayDeque<>();
        left.push(this);
        while (!left.isEmpty()) {
            count++;
            left.pop().children.forEach(left::push);
        }
        return count;
    }

    /** This element as a reference to a managed object. */
    public MoRef ref() {
        return new MoRef(typeAttribute, text);
    }
}
