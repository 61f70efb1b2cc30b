package io.vmha.model;

import io.vavr.collection.HashMap;
import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.function.Function;

/** The values of a persistent map as a collection that cannot be changed, without a copy. Immutable. */
final class ValuesView<S, T> extends AbstractCollection<T> {
    private final HashMap<?, S> map;
    private final Function<S, T> part;

    ValuesView(HashMap<?, S> map, Function<S, T> part) {
        this.map = map;
        this.part = part;
    }

    @Override
    public Iterator<T> iterator() {
        return map.valuesIterator().map(part);
    }

    @Override
    public int size() {
        return map.size();
    }
}
