package io.vmha.monitor;

/**
 * What was seen, made fit for a log and a report: names of mounts and what programs print may hold anything, such as a line that looks
 * like another's. Stateless.
 */
final class Detail {
    private static final int MOST_CHARS = 500;

    private Detail() {}

    /** Cuts it, and puts a question mark for what controls a line, a terminal or the direction of the text. */
    static String clean(String seen) {
        boolean splitsAPair = seen.length() > MOST_CHARS && Character.isHighSurrogate(seen.charAt(MOST_CHARS - 1));
        int length = splitsAPair ? MOST_CHARS - 1 : Math.min(seen.length(), MOST_CHARS);
        StringBuilder clean = new StringBuilder(length);
        for (int at = 0; at < length; at++) {
            char c = seen.charAt(at);
            clean.append(controls(c) ? '?' : c);
        }
        return clean.toString();
    }

    private static boolean controls(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
