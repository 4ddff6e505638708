const steps = [{ name: 'BookRoom', execute: 'book', compensate: 'cancel', retry: { errors: ['Busy'] } }, { parallel: [{ name: 'A', execute: 'a', compensate: 'none' }] }];
