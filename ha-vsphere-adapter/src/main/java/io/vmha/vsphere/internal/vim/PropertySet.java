package io.vmha.vsphere.internal.vim;

import java.util.List;

/**
 * Which properties to read of the objects of a type.
 *
 * @param type the type
 * @param paths the properties' paths
 */
public record PropertySet(String type, List<String> paths) {
    void write(XmlWriter xml) {
        xml.element("propSet", set -> {
            set.text("type", type).flag("all", false);
            paths.forEach(path -> set.text("pathSet", path));
        });
    }
}
