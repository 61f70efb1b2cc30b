package io.vmha.vsphere.internal.vim;

import java.util.Set;

/**
 * How large an answer may be: what a server sends is not trusted to end.
 *
 * @param bytes its size in bytes, as sent and when unpacked
 * @param elements how many elements it has
 * @param depth how deep they are nested
 */
public record AnswerLimits(long bytes, int elements, int depth) {
    /** For what tells one thing: a task, a login, a time. */
    public static final AnswerLimits SMALL = new AnswerLimits(1L << 20, 20_000, 64);

    /**
     * For a page of objects, updates, events or counters; a page of 2,000
     * machines has some 90,000 elements, and a server that sends 10,000 at once some 450,000.
     */
    public static final AnswerLimits LARGE = new AnswerLimits(32L << 20, 1_000_000, 64);

    private static final Set<String> LARGE_METHODS = Set.of(
            "RetrievePropertiesEx",
            "ContinueRetrievePropertiesEx",
            "WaitForUpdatesEx",
            "QueryEvents",
            "QueryPerf",
            "QueryPerfCounter");

    /** What an element takes of the heap, with its text, about. */
    private static final int ELEMENT_BYTES = 128;

    static AnswerLimits of(String method) {
        return LARGE_METHODS.contains(method) ? LARGE : SMALL;
    }

    /** How many elements the pages of one answer may have together: what half of the heap holds. */
    static long elementsOfAllPages() {
        return Math.max(LARGE.elements(), Runtime.getRuntime().maxMemory() / 2 / ELEMENT_BYTES);
    }
}
