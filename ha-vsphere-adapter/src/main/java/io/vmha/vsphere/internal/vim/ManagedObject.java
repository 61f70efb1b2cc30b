package io.vmha.vsphere.internal.vim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A managed object with the properties that were read of it.
 *
 * @param ref which
 * @param properties the values by path; what is not set on the server is missing
 */
public record ManagedObject(MoRef ref, Map<String, XmlNode> properties) {

    static ManagedObject from(XmlNode content) {
        Map<String, XmlNode> properties = new HashMap<>();
        for (XmlNode set : content.children()) {
            if (set.name().equals("propSet")) {
                set.at("val").ifPresent(value -> properties.put(set.textAt("name"), value));
            }
        }
        return new ManagedObject(content.at("obj").map(XmlNode::ref).orElse(new MoRef("", "")), properties);
    }

    /** The property as text; empty where it is not set. */
    public String text(String path) {
        XmlNode value = properties.get(path);
        return value == null ? "" : value.text();
    }

    /** The property as a whole number, or what is given where it is not set or is none. */
    public long number(String path, long otherwise) {
        try {
            return Long.parseLong(text(path).trim());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** The property as a whole number from 0 to a bound; 0 where it is not set, is none or is out of that range. */
    public long amount(String path, long most) {
        long value = number(path, 0);
        return value < 0 || value > most ? 0 : value;
    }

    /** The property as a truth value; false where it is not set. */
    public boolean flag(String path) {
        return text(path).equals("true") || text(path).equals("1");
    }

    /** The property as an element. */
    public Optional<XmlNode> node(String path) {
        return Optional.ofNullable(properties.get(path));
    }

    /** The property as a reference. */
    public Optional<MoRef> ref(String path) {
        return node(path).map(XmlNode::ref).filter(found -> !found.value().isEmpty());
    }

    /** The property as references; none where it is not set. */
    public List<MoRef> refs(String path) {
        return node(path).map(XmlNode::children).orElse(List.of()).stream()
                .map(XmlNode::ref)
                .filter(found -> !found.value().isEmpty())
                .toList();
    }
}
