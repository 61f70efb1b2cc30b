package io.vmha.journal;

import java.util.Iterator;
import java.util.Optional;

/** Records by key: what {@link Records} needs of whatever keeps them. */
interface KeyedRecords {
    Optional<byte[]> get(String key);

    boolean contains(String key);

    void put(String key, byte[] value);

    void remove(String key);

    /** The keys from the given one on, in order. */
    Iterator<String> keys(String from);

    /** The highest number that a plan was given, 0 if none was. */
    long lastPlan();

    void planNumbered(long plan);
}
