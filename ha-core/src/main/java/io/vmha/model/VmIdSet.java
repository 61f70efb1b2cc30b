package io.vmha.model;

import com.google.common.collect.Iterators;
import java.util.Arrays;
import java.util.Iterator;

/** A few ids in their order; a change copies them. Immutable. */
final class VmIdSet implements Iterable<VmId> {
    static final VmIdSet EMPTY = new VmIdSet(new VmId[0]);

    private final VmId[] ids;

    private VmIdSet(VmId[] ids) {
        this.ids = ids;
    }

    boolean isEmpty() {
        return ids.length == 0;
    }

    int size() {
        return ids.length;
    }

    VmIdSet with(VmId added) {
        int place = Arrays.binarySearch(ids, added);
        if (place >= 0) {
            return this;
        }
        int at = -place - 1;
        VmId[] longer = Arrays.copyOf(ids, ids.length + 1);
        System.arraycopy(ids, at, longer, at + 1, ids.length - at);
        longer[at] = added;
        return new VmIdSet(longer);
    }

    VmIdSet without(VmId removed) {
        int place = Arrays.binarySearch(ids, removed);
        if (place < 0) {
            return this;
        }
        if (ids.length == 1) {
            return EMPTY;
        }
        VmId[] shorter = Arrays.copyOf(ids, ids.length - 1);
        System.arraycopy(ids, place + 1, shorter, place, shorter.length - place);
        return new VmIdSet(shorter);
    }

    @Override
    public Iterator<VmId> iterator() {
        return Iterators.forArray(ids);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VmIdSet that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return Arrays.toString(ids);
    }
}
