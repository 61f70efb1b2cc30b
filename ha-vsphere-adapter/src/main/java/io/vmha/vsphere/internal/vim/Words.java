package io.vmha.vsphere.internal.vim;

/** A peer's words, made fit for a log line or a message: cut, and without what could forge a line or hide text. */
public final class Words {
    private static final int LONGEST = 200;

    private Words() {}

    /**
     * Returns the text with at most 200 characters; control and format characters, line and paragraph separators, private
     * and unassigned characters and halves of surrogate pairs are written as a backslash, {@code u} and their code points.
     */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    static String of(String text, int longest) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), longest) + 16);
        int at = 0;
        while (at < text.length()) {
            if (out.length() >= longest) {
                return out.append("...").toString();
            }
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (isPlain(point)) {
                out.appendCodePoint(point);
            } else {
                out.append(String.format(point > 0xffff ? "\\U%08x" : "\\u%04x", point));
            }
        }
        return out.toString();
    }

    /**
     * Whether a text can be told as it is.
     *
     * @param text the peer's
     * @return whether nothing of it would be cut or written otherwise
     */
    public static boolean arePlain(String text) {
        return text.length() <= LONGEST && text.codePoints().allMatch(Words::isPlain);
    }

    private static boolean isPlain(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
