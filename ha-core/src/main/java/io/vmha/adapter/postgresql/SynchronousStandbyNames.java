package io.vmha.adapter.postgresql;

import io.vmha.model.CommitRule.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code synchronous_standby_names} says. Its form is the same in PostgreSQL 10 to 17: {@code FIRST 2 (a, b)}, {@code ANY
 * 1 (a, b)}, and the older {@code 2 (a, b)} and {@code a, b}, which both mean FIRST. Immutable.
 *
 * @param kind PRIORITY or QUORUM; NONE where it is empty
 * @param required how many replicas each commit waits for
 * @param names the replicas that count, in lower case, each once
 * @param isOpen whether {@code *} is among them, or it is not understood: then any replica may count
 */
record SynchronousStandbyNames(Kind kind, int required, List<String> names, boolean isOpen) {
    private static final Pattern COUNTED = Pattern.compile(
            "\\s*(?:(FIRST|ANY)\\s+)?(\\d{1,9})\\s*\\((.*)\\)\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("\\s*(?:\"((?:[^\"]|\"\")+)\"|([^\\s,\"()]+))\\s*(,|$)");

    SynchronousStandbyNames {
        names = List.copyOf(names);
    }

    static SynchronousStandbyNames parse(String setting) {
        if (setting.isBlank()) {
            return new SynchronousStandbyNames(Kind.NONE, 0, List.of(), false);
        }
        Matcher counted = COUNTED.matcher(setting);
        if (!counted.matches()) {
            return list(Kind.PRIORITY, 1, setting);
        }
        Kind kind = "ANY".equalsIgnoreCase(counted.group(1)) ? Kind.QUORUM : Kind.PRIORITY;
        return list(kind, Math.max(1, Integer.parseInt(counted.group(2))), counted.group(3));
    }

    private static SynchronousStandbyNames list(Kind kind, int required, String text) {
        List<String> names = new ArrayList<>();
        boolean isOpen = false;
        Matcher name = NAME.matcher(text);
        int end = 0;
        while (end < text.length() && name.find(end) && name.start() == end) {
            String quoted = name.group(1);
            String one = quoted != null ? quoted.replace("\"\"", "\"") : name.group(2);
            // A quoted star counts as one too.
            if (one.equals("*")) {
                isOpen = true;
            } else if (!names.contains(one.toLowerCase(Locale.ROOT))) {
                names.add(one.toLowerCase(Locale.ROOT));
            }
            end = name.end();
        }
        boolean isUnderstood = end == text.length() && (isOpen || !names.isEmpty());
        return new SynchronousStandbyNames(kind, required, names, isOpen || !isUnderstood);
    }

    /** Whether a replica counts that connects by that name. */
    boolean includes(String replicaName) {
        return isOpen || names.contains(replicaName.toLowerCase(Locale.ROOT));
    }
}
