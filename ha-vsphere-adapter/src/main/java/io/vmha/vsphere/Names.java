package io.vmha.vsphere;

import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names as vSphere writes them: it replaces three characters in them, and lets two machines have the same. */
final class Names {
    private static final String ASIDE = "~vmha-";
    private static final Pattern QUALIFIED = Pattern.compile("(.+)@(?:vm|host)-\\d+", Pattern.DOTALL);

    private Names() {}

    static String decode(String name) {
        return name.replace("%2f", "/")
                .replace("%2F", "/")
                .replace("%5c", "\\")
                .replace("%5C", "\\")
                .replace("%25", "%");
    }

    static String encode(String name) {
        return name.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c");
    }

    static String qualified(String name, MoRef ref) {
        return name + "@" + ref.value();
    }

    /** Whether an object that is so called now may be meant by an id that was taken of it before. */
    static boolean fits(String id, String name, MoRef ref) {
        String decoded = decode(name);
        return id.equals(decoded) || id.equals(qualified(decoded, ref));
    }

    /** The name of a machine that a clone replaced, or of a clone that is not finished. */
    static String aside(String name, String why) {
        return name + ASIDE + why;
    }

    /** Whether that is the name of what replacements of the machine of that id left behind. */
    static boolean isLeftOf(String id, String name) {
        return isSetAside(name) && original(name).equals(id);
    }

    static boolean isSetAside(String name) {
        return name.contains(ASIDE);
    }

    /**
     * Names by object: its own, or with its identity added where another object has the same. A name that was told apart once
     * stays so, which the name of a clone or of a machine set aside shows: an id must not change because another VM went.
     */
    static Map<ManagedObject, String> unique(List<ManagedObject> objects) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (ManagedObject object : objects) {
            String name = decode(object.text(InventoryProperties.NAME));
            if (!seen.add(name)) {
                twice.add(name);
            }
            Matcher told = QUALIFIED.matcher(original(name));
            if (told.matches()) {
                twice.add(told.group(1));
            }
        }
        Map<ManagedObject, String> names = new LinkedHashMap<>();
        for (ManagedObject object : objects) {
            String name = decode(object.text(InventoryProperties.NAME));
            names.put(object, twice.contains(name) ? qualified(name, object.ref()) : name);
        }
        return names;
    }

    /** What a machine was called before it was set aside, or is to be called. */
    private static String original(String name) {
        int aside = name.indexOf(ASIDE);
        return aside < 0 ? name : name.substring(0, aside);
    }
}
