package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;

/**
 * A partial decision row that the output must, or must not, have.
 *
 * @param place where it stands in the file, for a person
 * @param values the accepted values by column; a column that is not named may have any
 * @param isForbidden whether no row may match it
 */
record Expectation(String place, Map<String, List<String>> values, boolean isForbidden) {

    Expectation {
        values = ImmutableMap.copyOf(values);
    }

    private boolean matches(DecisionRow row) {
        Map<String, String> columns = row.columns();
        return values.entrySet().stream()
                .allMatch(entry ->
                        columns.containsKey(entry.getKey()) && entry.getValue().contains(columns.get(entry.getKey())));
    }

    /** Returns a line for each expectation that does not hold: the wanted ones in order, the forbidden ones anywhere. */
    static List<String> failures(List<Expectation> expectations, List<DecisionRow> rows) {
        ImmutableList.Builder<String> failures = ImmutableList.builder();
        int next = 0;
        for (Expectation expectation : expectations) {
            if (expectation.isForbidden()) {
                rows.stream()
                        .filter(expectation::matches)
                        .findFirst()
                        .ifPresent(row ->
                                failures.add(expectation.place() + ": a row matches that must not: " + row.columns()));
                continue;
            }
            int found = next;
            while (found < rows.size() && !expectation.matches(rows.get(found))) {
                found++;
            }
            if (found == rows.size()) {
                failures.add(
                        expectation.place() + ": no row, after those matched before, matches " + expectation.values());
            } else {
                next = found + 1;
            }
        }
        return failures.build();
    }
}
