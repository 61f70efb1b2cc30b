package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Map;

/** What labels of hosts and VMs must be. Stateless. */
final class Labels {
    private Labels() {}

    static void check(String of, Map<String, String> labels) {
        // Most have none, and values are copied often.
        if (!labels.isEmpty()) {
            labels.forEach((name, value) -> checkArgument(
                    !name.isBlank() && !value.isBlank(),
                    "%s: names and values of labels must not be blank: %s",
                    of,
                    labels));
        }
    }
}
