/* The inner loop of fan-out: one frame to many sockets, without the interpreter's lock.
 *
 * scatter(descriptors: array[int], begin: int, end: int, frame: bytes) -> list[tuple[int, int]]
 *
 * Tries one send for each descriptor of [begin, end) and gives back, by index from `begin`, those
 * that did not take the whole frame, and how many bytes they took. Errors are told as zero bytes taken: whoever owns the
 * socket meets the same error when it writes the rest, and knows what to do about it.
 *
 * While it runs, other threads do: the writer of the record commits beside a fan-out. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <sys/socket.h>

typedef struct {
    Py_ssize_t index;
    Py_ssize_t taken;
} Shortfall;

static Py_ssize_t send_once(int descriptor, const char *frame, size_t length)
{
    ssize_t taken;
    do
        taken = send(descriptor, frame, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (taken < 0 && errno == EINTR);
    return taken < 0 ? 0 : taken;
}

static Py_ssize_t send_all(const int *descriptors, Py_ssize_t count, const char *frame,
                           Py_ssize_t length, Shortfall *shortfalls)
{
    Py_ssize_t short_count = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t taken = send_once(descriptors[i], frame, (size_t)length);
        if (taken != length)
            shortfalls[short_count++] = (Shortfall){i, taken};
    }
    return short_count;
}

static PyObject *list_of(const Shortfall *shortfalls, Py_ssize_t count)
{
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *pair = Py_BuildValue("(nn)", shortfalls[i].index, shortfalls[i].taken);
        if (!pair)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, i, pair);
    }
    return list;
}

static PyObject *scatter_slice(const int *descriptors, Py_ssize_t count, const char *frame,
                               Py_ssize_t length)
{
    Shortfall *shortfalls = PyMem_New(Shortfall, count + 1);
    if (!shortfalls)
        return PyErr_NoMemory();
    Py_ssize_t short_count;
    Py_BEGIN_ALLOW_THREADS
    short_count = send_all(descriptors, count, frame, length, shortfalls);
    Py_END_ALLOW_THREADS
    PyObject *result = list_of(shortfalls, short_count);
    PyMem_Free(shortfalls);
    return result;
}

static PyObject *scatter(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer descriptors;
    const char *frame;
    Py_ssize_t begin, end, length;
    if (!PyArg_ParseTuple(args, "y*nny#:scatter", &descriptors, &begin, &end, &frame, &length))
        return NULL;
    PyObject *result = NULL;
    if (begin < 0 || end < begin || end > descriptors.len / (Py_ssize_t)sizeof(int))
        PyErr_SetString(PyExc_IndexError, "no such slice of the descriptors");
    else
        result = scatter_slice((const int *)descriptors.buf + begin, end - begin, frame, length);
    PyBuffer_Release(&descriptors);
    return result;
}

static PyMethodDef methods[] = {
    {"scatter", scatter, METH_VARARGS, "Send one frame to many sockets; those that fell short."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_scatter", NULL, 0, methods, NULL,
                                    NULL,                  NULL,       NULL};

PyMODINIT_FUNC PyInit__scatter(void)
{
    return PyModule_Create(&module);
}
