package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A partial row that the output must, or must not, have.
 *
 * @param place where it stands in the file, for a person
 * @param values the accepted values by column, an empty one for an absent column; a column that is not named may have any
 * @param isForbidden whether no row may match it
 */
record Expectation(String place, Map<String, List<Optional<String>>> values, boolean isForbidden) {

    Expectation {
        values = ImmutableMap.copyOf(values);
    }

    private boolean matches(Map<String, ?> row) {
        return values.entrySet().stream()
                .allMatch(entry -> entry.getValue()
                        .contains(Optional.ofNullable(row.get(entry.getKey())).map(Expectation::text)));
    }

    /** A value of a row as it is compared. */
    static String text(Object value) {
        return value instanceof List<?> list ? list.toString() : String.valueOf(value);
    }

    /** Returns a line for each expectation that does not hold: the wanted ones in order, the forbidden ones anywhere. */
    static List<String> failures(List<Expectation> expectations, List<? extends Map<String, ?>> rows) {
        ImmutableList.Builder<String> failures = ImmutableList.builder();
        int next = 0;
        for (Expectation expectation : expectations) {
            if (expectation.isForbidden()) {
                expectation.forbidden(rows).ifPresent(failures::add);
                continue;
            }
            int found = next;
            while (found < rows.size() && !expectation.matches(rows.get(found))) {
                found++;
            }
            if (found == rows.size()) {
                failures.add(expectation.place() + ": no row, after those matched before, matches "
                        + expectation.accepted());
            } else {
                next = found + 1;
            }
        }
        return failures.build();
    }

    /** Returns a line for each expectation that does not hold, of rows whose order means nothing. */
    static List<String> failuresInAnyOrder(List<Expectation> expectations, List<? extends Map<String, ?>> rows) {
        ImmutableList.Builder<String> failures = ImmutableList.builder();
        for (Expectation expectation : expectations) {
            if (expectation.isForbidden()) {
                expectation.forbidden(rows).ifPresent(failures::add);
            } else if (rows.stream().noneMatch(expectation::matches)) {
                failures.add(
                        expectation.place() + ": no row matches " + expectation.accepted() + expectation.near(rows));
            }
        }
        return failures.build();
    }

    private Optional<String> forbidden(List<? extends Map<String, ?>> rows) {
        return rows.stream()
                .filter(this::matches)
                .findFirst()
                .map(row -> place + ": a row matches that must not: " + row);
    }

    /** The row of the same host or VM, which tells what is so instead. */
    private String near(List<? extends Map<String, ?>> rows) {
        return rows.stream()
                .filter(row -> row.containsKey("id") && values.containsKey("id"))
                .filter(row -> values.getOrDefault("id", List.of())
                        .contains(Optional.ofNullable(row.get("id")).map(Expectation::text)))
                .findFirst()
                .map(row -> "; there is " + row)
                .orElse("");
    }

    private Map<String, String> accepted() {
        Map<String, String> accepted = new TreeMap<>();
        values.forEach((column, anyOf) -> {
            List<String> texts =
                    anyOf.stream().map(value -> value.orElse("(absent)")).toList();
            accepted.put(column, texts.size() == 1 ? texts.get(0) : "any of " + texts);
        });
        return accepted;
    }
}
