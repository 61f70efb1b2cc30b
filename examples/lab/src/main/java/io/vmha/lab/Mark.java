package io.vmha.lab;

import java.util.List;

/**
 * The moment at which a fault was made.
 *
 * @param phase its letter, a to m; {@code -} for the time without a fault
 * @param at when, in milliseconds since 1970
 * @param text what was done
 * @param affected the guests whose requests it concerns
 */
record Mark(String phase, long at, String text, List<String> affected) {
    Mark {
        affected = List.copyOf(affected);
    }
}
