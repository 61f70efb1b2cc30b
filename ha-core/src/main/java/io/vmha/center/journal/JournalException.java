package io.vmha.center.journal;

import org.jspecify.annotations.Nullable;

/** Says that a plan journal could not be opened, read or written. Its message names the file and what is wrong. */
public sealed class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes one with the cause behind it, if there is one; the write may be tried again. */
    public JournalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** A leader of a later epoch has written to the journal: this center leads no more. */
    public static final class Superseded extends JournalException {
        private static final long serialVersionUID = 1L;

        /** Makes one that names both epochs. */
        public Superseded(long epoch, long latest) {
            super("the journal was taken over in epoch " + latest + ", after this center's epoch " + epoch, null);
        }
    }

    /** What the journal holds cannot be used: it is damaged, or of a newer version. It is left as it is. */
    public static final class Unreadable extends JournalException {
        private static final long serialVersionUID = 1L;

        /** Makes one with the cause behind it, if there is one. */
        public Unreadable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Another center holds the journal. */
    public static final class Locked extends JournalException {
        private static final long serialVersionUID = 1L;

        /** Makes one with the cause behind it. */
        public Locked(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
