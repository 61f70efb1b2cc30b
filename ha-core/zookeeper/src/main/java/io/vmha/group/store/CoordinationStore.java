package io.vmha.group.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One client of a store that several processes share: small values by key, changed all or none and only where they are as the writer
 * believes. It needs no sessions, locks or watches: whoever leads is decided with compare-and-set and each process's own clock.
 *
 * <p>What every implementation gives:
 *
 * <ul>
 *   <li><b>Compare-and-set.</b> A {@linkplain #commit commit} is made as a whole, where every condition in it holds, or not at all. A
 *       value has a version, which grows whenever it is replaced; that of a key that was removed may begin again.
 *   <li><b>Order.</b> All clients see the commits in one order, and a read sees every commit that returned before the read began,
 *       whichever client made it.
 *   <li><b>Durability.</b> A commit that returned is there after a crash of any process, this one and the store's own included.
 * </ul>
 *
 * <p>A key is names with slashes between them, such as {@code journal/head}; a name is 1 to 100 letters, digits, dots, underscores and
 * hyphens, and not only dots. A key has a value of one byte or more, or has keys below it, or neither; never both.
 *
 * <p>Thread-safe. Calls block, but for {@link #interruptions}.
 */
public interface CoordinationStore extends AutoCloseable {

    /**
     * The value of a key, or empty where it has none.
     *
     * @throws StoreException.Unavailable if that cannot be told now
     * @throws StoreException.Refused if the store does not let this client read it
     */
    Optional<Stored> read(String key);

    /**
     * The values of many keys, read at once where the store can do that. Keys without a value are left out. They need not be of one
     * moment.
     *
     * @throws StoreException.Unavailable if that cannot be told now
     * @throws StoreException.Refused if the store does not let this client read them
     */
    Map<String, Stored> readAll(List<String> keys);

    /**
     * The names right below a key, sorted; empty where there are none, or no such key.
     *
     * @throws StoreException.Unavailable if that cannot be told now
     * @throws StoreException.Refused if the store does not let this client read them
     */
    List<String> children(String key);

    /**
     * Makes changes, all or none. When it returns, they are durable.
     *
     * @param changes what to change, and on what conditions; each key in one change at most
     * @throws IllegalArgumentException if a key is in two changes, or the values are together larger than {@link #maxBytes}
     * @throws StoreException.Conflict if a condition does not hold; nothing is changed
     * @throws StoreException.Unavailable if it is not known whether the changes were or will be made
     * @throws StoreException.Refused if the store does not let this client make them; nothing is changed
     */
    void commit(List<Change> changes);

    /** How large the values of one commit may be together, in bytes; 64 KiB or more. */
    int maxBytes();

    /**
     * How often the connection to the store was lost so far, or came into doubt. Quick: it is asked before every action. While it has not
     * grown, this client is connected as far as it knows.
     */
    long interruptions();

    /** Whether this client is connected as far as it knows. Quick. */
    boolean isConnected();

    /** Ends this client; calling it again does nothing. */
    @Override
    void close();
}
