package io.vmha.vsphere;

import io.vmha.vsphere.internal.vim.MoRef;

/** Names as vSphere writes them: it replaces three characters in them, and lets two machines have the same. */
final class Names {
    private static final String ASIDE = "~vmha-";

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

    static boolean isSetAside(String name) {
        return name.contains(ASIDE);
    }
}
